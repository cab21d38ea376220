/**
 * Checks signing secrets once and keeps them in closures, so that inspecting, serializing or cloning whatever holds a
 * key cannot show its secret.
 */
import {
  AccountMismatchError,
  ConfigurationError,
  ModeMismatchError,
  WebhookPayloadError,
} from "../../errors.js";
import { assertKnownKeys } from "../../known-keys.js";
import { isThin, readAccount, type WebhookEvent } from "../events.js";
import type { Sign, SignatureCrypto } from "./signature-crypto.js";

/** A webhook endpoint's secret, and the events that it may sign. Properties that are left out are not checked. */
export interface SigningSecret {
  /** The endpoint's complete signing secret, `whsec_…`. While it is undefined, every delivery fails. */
  readonly secret: string | undefined;
  /** The mode of the endpoint. A leaked test secret then cannot sign live events. */
  readonly mode?: "live" | "test" | undefined;
  /** `account`: events of your own account. `connect`: events of connected accounts. */
  readonly source?: "account" | "connect" | undefined;
  /** The only connected account whose events this secret may sign. */
  readonly account?: string | undefined;
  /** The endpoint's payload style. `snapshot`: events with their object. `thin`: event notifications without it. */
  readonly payload?: "snapshot" | "thin" | undefined;
}

/** The event is of another mode, account or family than its secret was registered for. */
export type SecretMismatch = ModeMismatchError | AccountMismatchError | WebhookPayloadError;

/**
 * An entry of `signingSecrets`. It may be `undefined`, because an environment variable may not be set while an
 * application is built: the receiver can then be created, but every delivery fails.
 */
export type SigningSecretOption = string | SigningSecret | undefined;

type Binding = Omit<SigningSecret, "secret">;

/** A checked secret that can sign and judge events, but cannot be read. */
export interface SigningKey {
  /** Makes the function that signs with this secret. @throws {ConfigurationError} when it is undefined. */
  signer<Signature>(crypto: SignatureCrypto<Signature>): Sign<Signature>;
  /** Lists why this secret may not sign an event; empty when it may. */
  findMismatches(event: WebhookEvent): readonly SecretMismatch[];
  /** The family of events that it signs, where that was registered. */
  readonly payload: "snapshot" | "thin" | undefined;
}

const BOUND_KEYS = ["secret", "mode", "source", "account", "payload"];
const MAX_SECRETS = 16;
const MIN_KEY_CHARACTERS = 24;
const API_KEY = /^(?:sk|rk|pk|we|ek)_/;
// Accepts the usual form in one test. The slower checks below only explain what is wrong.
const WELL_FORMED = /^(?:whsec_)?(?!(.)\1*$)[A-Za-z0-9+/=]{24,}$/;
// Stripe's keys are letters and digits, so none of these can occur in one.
const PLACEHOLDER =
  /\.\.\.|…|[<>{}$*]|(?:^|[_-])(?:your|example|placeholder|changeme|replace)(?:[_-]|$)|^(.)\1*$/i;

/**
 * A secret that is undefined makes a key that cannot sign, so that a module can be loaded before its environment is set.
 *
 * @throws {ConfigurationError} when there is none, or one is repeated, blank, too short, or not a signing secret.
 */
export function toSigningKeys(secrets: readonly SigningSecretOption[]): readonly SigningKey[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new ConfigurationError(
      "signingSecrets must be an array of at least one secret: unsigned webhooks are never accepted.",
    );
  }
  if (secrets.length > MAX_SECRETS) {
    throw new ConfigurationError(
      `signingSecrets must hold at most ${MAX_SECRETS} secrets, because each costs one hash per request.`,
    );
  }
  const seen = new Set<string>();
  return secrets.map((given: SigningSecretOption, index) => {
    const name = `signingSecrets[${index}]`;
    const isObject = typeof given === "object" && given !== null;
    const { secret, binding } = isObject ? splitOption(given) : { secret: given, binding: UNBOUND };
    const secretName = isObject ? `${name}.secret` : name;
    if (isObject) assertKnownKeys(name, given, BOUND_KEYS);
    assertBinding(binding, name);
    if (secret === undefined && (!isObject || "secret" in given)) return toMissingKey(secretName, binding);
    assertSecret(secret, secretName);
    if (seen.has(secret)) throw new ConfigurationError(`${name} repeats an earlier secret.`);
    seen.add(secret);
    return toSigningKey(secret, binding);
  });
}

/** Most secrets are texts, for which a call of `verifyWebhook` need not look through properties. */
const UNBOUND: Binding = Object.freeze({});

function splitOption({ secret, ...binding }: SigningSecret): {
  readonly secret: string | undefined;
  readonly binding: Binding;
} {
  return { secret, binding };
}

/** Verification needs the signer of every key before it begins, so one that is missing fails all deliveries. */
function toMissingKey(name: string, { payload }: Binding): SigningKey {
  return {
    signer: () => {
      throw new ConfigurationError(
        `${name} is undefined: set it to the endpoint's signing secret, whsec_…, and check the name of its environment variable.`,
      );
    },
    payload,
    findMismatches: () => [],
  };
}

function toSigningKey(secret: string, binding: Binding): SigningKey {
  return {
    signer: (crypto) => crypto.signer(secret),
    payload: binding.payload,
    findMismatches: (event) => findMismatches(event, binding),
  };
}

function findMismatches(event: WebhookEvent, binding: Binding): readonly SecretMismatch[] {
  return [
    findPayloadMismatch(event, binding), // guard: a secret signs events of its payload alone
    findModeMismatch(event, binding), // guard: a secret signs events of its mode alone
    findAccountMismatch(event, binding), // guard: a secret signs events of its account alone
  ].filter((mismatch) => mismatch !== undefined);
}

function findPayloadMismatch(event: WebhookEvent, { payload }: Binding): SecretMismatch | undefined {
  const family = isThin(event) ? "thin" : "snapshot";
  return payload === undefined || payload === family
    ? undefined
    : new WebhookPayloadError(`A ${family} event was signed with a secret registered for ${payload} events.`);
}

function findModeMismatch(event: WebhookEvent, { mode }: Binding): SecretMismatch | undefined {
  const eventMode = event.livemode ? "live" : "test";
  return mode === undefined || mode === eventMode
    ? undefined
    : new ModeMismatchError(
        `A ${eventMode}-mode event was signed with a secret registered for ${mode} mode.`,
      );
}

function findAccountMismatch(event: WebhookEvent, { source, account }: Binding): SecretMismatch | undefined {
  const eventAccount = readAccount(event);
  const eventSource = eventAccount === undefined ? "account" : "connect";
  if (source !== undefined && source !== eventSource) {
    return new AccountMismatchError(
      eventSource === "connect"
        ? "A connected account's event was signed with a secret registered for your own account."
        : "An event of your own account was signed with a secret registered for connected accounts.",
    );
  }
  return account === undefined || account === eventAccount
    ? undefined
    : new AccountMismatchError("An event was signed with a secret registered for another account.");
}

function assertSecret(secret: unknown, name: string): asserts secret is string {
  if (typeof secret === "string" && WELL_FORMED.test(secret)) return;
  if (typeof secret !== "string") {
    throw new ConfigurationError(`${name} must be a string, the endpoint's signing secret, whsec_….`);
  }
  if (secret.trim() === "") {
    throw new ConfigurationError(`${name} is blank. Set it to the endpoint's signing secret, whsec_….`);
  }
  if (/\s/.test(secret)) {
    throw new ConfigurationError(`${name} contains whitespace, often a copied line break. Remove it.`);
  }
  if (/["'`,;]/.test(secret)) {
    throw new ConfigurationError(
      `${name} contains a quotation mark or a comma. Give each secret by itself, without quotation marks.`,
    );
  }
  if (API_KEY.test(secret)) {
    throw new ConfigurationError(`${name} is an API key or an endpoint's id, not a signing secret, whsec_….`);
  }
  const key = secret.startsWith("whsec_") ? secret.slice("whsec_".length) : secret;
  if (PLACEHOLDER.test(key)) {
    throw new ConfigurationError(`${name} is a placeholder. Set it to the endpoint's signing secret.`);
  }
  if (key.length < MIN_KEY_CHARACTERS) {
    throw new ConfigurationError(
      `${name} is too short to be a signing secret: at least ${MIN_KEY_CHARACTERS} characters.`,
    );
  }
}

function assertBinding({ mode, source, account, payload }: Binding, name: string): void {
  if (payload !== undefined && payload !== "snapshot" && payload !== "thin") {
    throw new ConfigurationError(`${name}.payload must be "snapshot" or "thin".`);
  }
  if (mode !== undefined && mode !== "live" && mode !== "test") {
    throw new ConfigurationError(`${name}.mode must be "live" or "test".`);
  }
  if (source !== undefined && source !== "account" && source !== "connect") {
    throw new ConfigurationError(`${name}.source must be "account" or "connect".`);
  }
  if (account === undefined) return;
  if (!/^acct_[A-Za-z0-9_]{1,64}$/.test(account)) {
    throw new ConfigurationError(`${name}.account must be a connected account's id, acct_….`);
  }
  if (source === "account") {
    throw new ConfigurationError(
      `${name}.account is a connected account, so ${name}.source cannot be "account". Use "connect".`,
    );
  }
}
