import { setTimeout } from "node:timers/promises";
import { ApiError, notImplemented } from "../api-error.js";
import { decodeForm, type Form } from "../declare/form.js";
import { decodeJson } from "../declare/json-form.js";
import type { Resource } from "../declare/route.js";
import { STRIPE_CALLS } from "../declare/specification.js";
import { inVersion, requestedVersion, writtenVersion } from "../declare/versions.js";
import { randomText } from "../ids.js";
import type { AccountData } from "../store/account-data.js";
import type { Accounts } from "../store/accounts.js";
import { passTime } from "../store/passing-time.js";
import { transact } from "../store/transaction.js";
import type { Wire } from "../store/wire.js";
import { expand } from "./expand.js";
import { type Fault, type Faults, faultError, hasEffect } from "./faults.js";
import { IdempotencyKeys } from "./idempotency.js";
import { demandPermission, type Key, type Keys, redacted } from "./keys.js";
import { plainForm, type Recorder } from "./recorder.js";
import { type Found, Router } from "./router.js";

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** A failure of the connection while the answer is sent. */
  readonly mishap?: "reset" | "stall" | "severed" | "halved";
}

/** An answer before any simulated failure of the connection, with the request that it answers. */
export interface GivenAnswer {
  readonly method: string;
  readonly path: string;
  /** The parameters as they were sent: the query, then the body, which is JSON for v2 calls. */
  readonly form: string;
  readonly status: number;
  readonly version: string;
  readonly body: string;
}

/** A request that was authenticated, routed and parsed. */
interface Admitted {
  readonly found: Found;
  readonly account: AccountData;
  readonly version: string;
  readonly query: string;
  readonly form: Form;
  readonly requestId: string;
  readonly idempotencyKey: string | null;
  readonly fault: Fault | undefined;
}

/** Answers Stripe's API calls and records each of them. */
export class Api {
  readonly #keys: Keys;
  readonly #accounts: Accounts;
  readonly #router: Router;
  readonly #recorder: Recorder;
  readonly #faults: Faults;
  readonly #onAnswer: (answer: GivenAnswer) => void;
  readonly #idempotency = new IdempotencyKeys();

  constructor(parts: {
    keys: Keys;
    accounts: Accounts;
    resources: Iterable<Pick<Resource, "permission" | "routes">>;
    recorder: Recorder;
    faults: Faults;
    onAnswer: (answer: GivenAnswer) => void;
  }) {
    this.#keys = parts.keys;
    this.#accounts = parts.accounts;
    this.#router = new Router(parts.resources, STRIPE_CALLS);
    this.#recorder = parts.recorder;
    this.#faults = parts.faults;
    this.#onAnswer = parts.onAnswer;
  }

  async handle(request: ApiRequest): Promise<ApiResponse> {
    const requestId = `req_${randomText(14)}`;
    const { headers } = request;
    const version = writtenVersion(headers["stripe-version"]);
    let accountId = this.#accounts.platformAccount;
    let form: Form = {};
    let answer: ApiResponse;
    try {
      const key = this.#keys.authenticate(headers["authorization"]);
      accountId = this.#accountIdFor(headers, key);
      form = readForm(request);
      const account = this.#accounts.of(accountId, key.livemode);
      passTime(account, account.now);
      const fault = this.#faults.take({ ...request, account: accountId });
      answer = await this.#answer(request, {
        account,
        form,
        requestId,
        key,
        fault,
      });
    } catch (error) {
      answer = refusal(error);
    }
    this.#recorder.note({
      method: request.method,
      path: request.path,
      query: request.query,
      params: plainForm(form),
      headers: { ...headers, ...(headers["authorization"] && { authorization: "[not recorded]" }) },
      status: answer.status,
      account: accountId,
      idempotencyKey: headers["idempotency-key"] ?? null,
      requestId,
    });
    this.#onAnswer({
      method: request.method,
      path: request.path,
      form: parameters(request),
      status: answer.status,
      version,
      body: answer.body,
    });
    return {
      ...answer,
      headers: {
        "Request-Id": requestId,
        "Content-Type": "application/json",
        "Stripe-Version": version,
        ...(headers["stripe-account"] && { "Stripe-Account": accountId }),
        ...(request.method === "POST" &&
          headers["idempotency-key"] && { "Idempotency-Key": headers["idempotency-key"] }),
        ...answer.headers,
      },
    };
  }

  async #answer(
    request: ApiRequest,
    known: {
      account: AccountData;
      form: Form;
      requestId: string;
      key: Key;
      fault: Fault | undefined;
    },
  ): Promise<ApiResponse> {
    const { headers } = request;
    const { account, form, requestId, fault } = known;
    if (fault !== undefined && !hasEffect(fault)) return applyFault(fault, NO_ANSWER);
    const found = this.#router.find(request.method, request.path);
    if (found === undefined) throw notImplemented(`${request.method} ${request.path}`);
    demandPermission(known.key, found.permission, account.accountId);
    const version = requestedVersion(headers["stripe-version"]);
    const idempotencyKey = request.method === "POST" ? (headers["idempotency-key"] ?? null) : null;
    const admitted = {
      found,
      account,
      version,
      query: request.query,
      form,
      requestId,
      idempotencyKey,
      fault,
    };
    return idempotencyKey === null ? carryOut(admitted) : this.#once(admitted, idempotencyKey, request);
  }

  /** Carries a request out once per idempotency key, and replays the first answer after that. */
  async #once(admitted: Admitted, key: string, request: ApiRequest): Promise<ApiResponse> {
    const { account } = admitted;
    const scope = `${account.accountId} ${account.livemode}`;
    const params = JSON.stringify(admitted.form);
    const before = this.#idempotency.begin(scope, key, request.path, params, account.context.clock.nowMs);
    if (before !== undefined) {
      return {
        status: before.status,
        body: before.body,
        headers: { "Idempotent-Replayed": "true", "Original-Request": before.requestId },
      };
    }
    try {
      const answer = await carryOut(admitted);
      this.#idempotency.settle(scope, key, {
        status: answer.status,
        body: answer.body,
        requestId: admitted.requestId,
      });
      return answer;
    } catch (error) {
      if (error instanceof ApiError && error.details.hadEffect) {
        this.#idempotency.settle(scope, key, { ...refusal(error), requestId: admitted.requestId });
      } else this.#idempotency.forget(scope, key);
      throw error;
    }
  }

  #accountIdFor(headers: Readonly<Record<string, string>>, key: Key): string {
    const accountId = headers["stripe-account"] ?? headers["stripe-context"];
    if (accountId === undefined) return this.#accounts.platformAccount;
    if (this.#accounts.knows(accountId)) return accountId;
    throw new ApiError(
      403,
      `The provided key '${redacted(key.value)}' does not have access to account '${accountId}' (or that account does not exist). Application access may have been revoked.`,
      { code: "account_invalid" },
    );
  }
}

async function carryOut(admitted: Admitted): Promise<ApiResponse> {
  const { found, account, version, form, requestId, idempotencyKey, fault } = admitted;
  if (fault?.kind === "latency") await setTimeout(fault.milliseconds);
  const answer = transact(account, { requestId, idempotencyKey }, (tx) => {
    const { body, expand: paths } = found.route.handle(
      { tx, account, id: found.id, innerId: found.innerId, query: admitted.query, version },
      form,
    );
    return ok(inVersion(expand(body, paths, account), version, account));
  });
  return fault === undefined ? answer : applyFault(fault, answer);
}

const NO_ANSWER: ApiResponse = { status: 500, headers: {}, body: "" };

/** Applies a fault to an answer. */
function applyFault(fault: Fault, answer: ApiResponse): ApiResponse {
  const error = faultError(fault);
  if (error !== undefined) return refusal(error);
  if (fault.kind === "reset" || fault.kind === "stall") return { ...answer, mishap: fault.kind };
  if (fault.kind === "truncated")
    return { ...answer, mishap: fault.by === "connection" ? "severed" : "halved" };
  return answer;
}

function ok(body: Wire): ApiResponse {
  return { status: 200, headers: {}, body: JSON.stringify(body) };
}

/** Rethrows everything but refusals: those are bugs of this server, which should be seen. */
function refusal(error: unknown): ApiResponse {
  if (!(error instanceof ApiError)) throw error;
  return { status: error.status, headers: error.details.headers ?? {}, body: JSON.stringify(error.body) };
}

/** v1 calls send forms, v2 calls JSON. */
function readForm(request: ApiRequest): Form {
  const { body, headers, path, query } = request;
  if (body === "") return decodeForm(query);
  const isV2 = path.startsWith("/v2/");
  const expected = isV2 ? "application/json" : "application/x-www-form-urlencoded";
  const type = headers["content-type"] ?? "";
  if (!type.startsWith(expected)) {
    throw new ApiError(
      400,
      `Invalid request: the content type of a request must be ${expected}, not '${type}'.`,
    );
  }
  return isV2 ? { ...decodeForm(query), ...decodeJson(body) } : decodeForm(parameters(request));
}

function parameters({ query, body }: ApiRequest): string {
  return [query, body].filter((part) => part !== "").join("&");
}
