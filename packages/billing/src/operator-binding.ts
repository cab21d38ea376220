import { ConfigurationError, InvalidArgumentError } from "./errors.js";
import { copyOptions } from "./input.js";
import type { OpenScope } from "./operator/each-page.js";
import { createPacer } from "./operator/pacer.js";
import type { Settings } from "./settings.js";
import { type CallOptions, startDeadline } from "./stripe/deadline.js";
import type { OwnershipCache } from "./tenancy/ownership-cache.js";
import { OperatorScope, type SharedAccountTenancy } from "./tenancy/scope/operator-scope.js";
import type { Tenancy } from "./tenancy/tenancy.js";

export interface OperatorOptions {
  /** Who acts: a person or a job, for the audit events. Of 1 to 100 letters, digits, spaces and `_ . : @ / -`. */
  readonly actor: string;
}

interface OperatorParts {
  readonly settings: Omit<Settings<unknown>, "catalog">;
  readonly cache: OwnershipCache;
}

/** Opens the scopes of an operator's calls, and has each call audited under the operator's name. */
export class OperatorBinding {
  readonly #parts: OperatorParts;
  readonly #tenancy: SharedAccountTenancy;
  readonly #actor: string;

  /** @throws InvalidArgumentError without an actor. @throws ConfigurationError where each tenant has its own account. */
  constructor(parts: OperatorParts, options: OperatorOptions) {
    this.#parts = parts;
    this.#actor = parseActor(options);
    this.#tenancy = parseTenancy(parts.settings.tenancy);
  }

  get markKey(): string {
    return this.#tenancy.markKey;
  }

  /** Runs one call of an operator's. */
  async run<T>(method: string, options: CallOptions, work: (scope: OperatorScope) => Promise<T>): Promise<T> {
    const open = this.opener(options);
    this.audit(method);
    return work(open());
  }

  /** For calls of many requests: each scope that it opens has the time that a call has. */
  opener(options: CallOptions, requestsPerSecond?: number): OpenScope {
    const { settings, cache } = this.#parts;
    const copy = copyOptions(options);
    const pace = requestsPerSecond === undefined ? undefined : createPacer(requestsPerSecond);
    return () =>
      new OperatorScope({
        transport: settings.transport,
        mode: settings.mode,
        onAudit: settings.onAudit,
        tenancy: this.#tenancy,
        actor: this.#actor,
        deadline: startDeadline(copy, settings.timeoutMs),
        cache,
        pace,
      });
  }

  audit(method: string): void {
    const event = {
      type: "operator_call",
      tenantId: "*",
      call: method,
      count: 1,
      actor: this.#actor,
    } as const;
    this.#parts.settings.onAudit(Object.freeze(event));
  }
}

function parseActor(options: unknown): string {
  const given = typeof options === "object" && options !== null ? { ...options } : {};
  const unknown = Object.keys(given).some((name) => name !== "actor");
  const actor: unknown = Reflect.get(given, "actor");
  if (!unknown && typeof actor === "string" && /^[\p{L}\p{N}][\p{L}\p{N} _.:@/-]{0,99}$/u.test(actor))
    return actor;
  throw new InvalidArgumentError(
    "asOperator takes { actor }: who acts, in 1 to 100 letters, digits, spaces and _ . : @ / -",
  );
}

function parseTenancy(tenancy: Tenancy): SharedAccountTenancy {
  if (hasOperator(tenancy)) return tenancy;
  throw new ConfigurationError(
    "This tenancy has no operator, since each tenant has an account of its own. Use forTenant for each of them.",
  );
}

function hasOperator(tenancy: Tenancy): tenancy is SharedAccountTenancy {
  return "customerOwner" in tenancy && typeof tenancy.markKey === "string";
}
