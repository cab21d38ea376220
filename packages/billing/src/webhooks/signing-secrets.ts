/**
 * Signing secrets, checked once and then out of reach: a key is a closure, so no inspect, JSON, spread or clone of
 * anything that holds one can show the secret.
 */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import type Stripe from "stripe";
import { AccountMismatchError, ConfigurationError, ModeMismatchError } from "../errors.js";

/** A webhook endpoint's secret, and what its events must be. Say as much as you know: what is left out is not checked. */
export interface SigningSecret {
  /** The endpoint's `whsec_…`, whole. */
  readonly secret: string;
  /** The mode the endpoint was created in. A test secret that leaks can then not sign live events. */
  readonly mode?: "live" | "test";
  /** `account`: events of your own account. `connect`: events of connected accounts. */
  readonly source?: "account" | "connect";
  /** The one connected account whose events this secret signs. */
  readonly account?: string;
}

/** A secret checked and bound; it can sign and judge, but not be read. */
export interface SigningKey {
  /** The HMAC-SHA256 that Stripe would have made of this timestamp and body, as the bytes of its hexadecimal digits. */
  sign(timestamp: string, body: Uint8Array): Uint8Array;
  /**
   * Refuses an event that this secret was not registered for.
   * @throws {ModeMismatchError} @throws {AccountMismatchError}
   */
  admit(event: Stripe.Event): void;
}

const MAX_SECRETS = 16;
const MIN_KEY_CHARACTERS = 24;
const API_KEY = /^(?:sk|rk|pk|we|ek)_/;
// As Stripe makes them. One look, instead of all that tells the other forms apart, for whoever verifies without a receiver.
const WELL_FORMED = /^(?:whsec_)?(?!(.)\1*$)[A-Za-z0-9+/=]{24,}$/;
// Stripe's own keys are letters and digits, so none of these can be part of one.
const PLACEHOLDER =
  /\.\.\.|…|[<>{}$*]|(?:^|[_-])(?:your|example|placeholder|changeme|replace)(?:[_-]|$)|^(.)\1*$/i;

/** @throws {ConfigurationError} where a secret is missing, repeated, blank, too short, or not a secret at all. */
export function toSigningKeys(secrets: readonly (string | SigningSecret)[]): readonly SigningKey[] {
  if (!Array.isArray(secrets) || secrets.length === 0) {
    throw new ConfigurationError(
      "signingSecrets must hold at least one secret: nothing is accepted unsigned.",
    );
  }
  if (secrets.length > MAX_SECRETS) {
    throw new ConfigurationError(
      `signingSecrets holds more than ${MAX_SECRETS} secrets; each costs one hash per request.`,
    );
  }
  const seen = new Set<string>();
  return secrets.map((given: string | SigningSecret, index) => {
    const name = `signingSecrets[${index}]`;
    const bound = typeof given === "string" ? { secret: given } : given;
    if (typeof bound !== "object" || bound === null) {
      throw new ConfigurationError(`${name} must be a secret, or an object with one.`);
    }
    assertSecret(bound.secret, name);
    assertBinding(bound, name);
    if (seen.has(bound.secret)) throw new ConfigurationError(`${name} repeats an earlier secret.`);
    seen.add(bound.secret);
    return toSigningKey(bound);
  });
}

function toSigningKey({ secret, mode, source, account }: SigningSecret): SigningKey {
  const key = Buffer.from(secret, "utf8");
  return {
    sign: (timestamp, body) => {
      const hmac = createHmac("sha256", key).update(`${timestamp}.`).update(body);
      return Buffer.from(hmac.digest("hex"), "latin1");
    },
    admit: (event) => {
      const eventMode = event.livemode ? "live" : "test";
      if (mode !== undefined && mode !== eventMode) {
        throw new ModeMismatchError(
          `A ${eventMode}-mode event was signed with a secret registered for ${mode} mode.`,
        );
      }
      const eventSource = hasAccount(event) ? "connect" : "account";
      if (source !== undefined && source !== eventSource) {
        throw new AccountMismatchError(
          eventSource === "connect"
            ? "A connected account's event was signed with a secret registered for your own account."
            : "An event of your own account was signed with a secret registered for connected accounts.",
        );
      }
      if (account !== undefined && account !== event.account) {
        throw new AccountMismatchError("An event was signed with a secret registered for another account.");
      }
    },
  };
}

function hasAccount(event: Stripe.Event): boolean {
  return typeof event.account === "string";
}

function assertSecret(secret: unknown, name: string): asserts secret is string {
  if (typeof secret === "string" && WELL_FORMED.test(secret)) return;
  if (typeof secret !== "string" || secret.trim() === "") {
    throw new ConfigurationError(`${name} is blank. Set it to the endpoint's signing secret, whsec_….`);
  }
  if (/\s/.test(secret)) {
    throw new ConfigurationError(
      `${name} contains whitespace, often a line break copied along with the secret.`,
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

function assertBinding({ mode, source, account }: SigningSecret, name: string): void {
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
    throw new ConfigurationError(`${name} names a connected account, so its source cannot be "account".`);
  }
}
