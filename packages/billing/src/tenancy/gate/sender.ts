import type { Deadline } from "../../deadline.js";
import { IsolationError, NotFoundError } from "../../errors.js";
import type { IdempotencyKey } from "../../stripe/idempotency.js";
import { type Change, send } from "../../stripe/send.js";
import { notFound } from "../../stripe/translate-error.js";
import type { Transport } from "../../stripe/transport.js";
import type { AuditEvent, AuditListener } from "../audit.js";
import type { Tenancy } from "../tenancy.js";
import { type RequestTarget, requestTarget } from "./request-target.js";
import { isAboutShared } from "./rules.js";
import { isStripeObject } from "./stripe-objects.js";

export interface SenderOptions {
  readonly transport: Transport;
  readonly tenancy: Tenancy;
  readonly tenantId: string;
  /** The tenant's connected account, if it has one. */
  readonly account: string | undefined;
  readonly deadline: Deadline;
  /** Set for what all tenants share, without a tenant: an operator's `write`, or a visitor's `read`. */
  readonly shared?: "read" | "write" | undefined;
  readonly onAudit: AuditListener;
}

/** Sends the requests of one call of the service, all to the tenant's account, and audits what is refused. */
export class Sender {
  readonly #options: SenderOptions;
  /** The last change that this call made. */
  #made: Change | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  send(target: RequestTarget, params: object, idempotencyKey?: IdempotencyKey): Promise<unknown> {
    const { transport, tenantId, account, deadline, shared } = this.#options;
    const { call, method, path } = target;
    // guard: a scope without a tenant sends nothing about a tenant's own
    if (shared !== undefined && !isAboutShared(call, shared)) throw this.breach(call);
    const request = {
      call,
      method,
      path,
      params: { ...params },
      tenantId,
      // guard: a request is sent to the tenant's account
      account,
      idempotencyKey,
      after: this.#made,
    };
    return send(transport, request, deadline);
  }

  /** Remembers a change, so that the errors of later requests tell that it was made. */
  noteChange(change: Change): void {
    this.#made = change;
  }

  /** Reads an object. While the directory is down, fails for a missing object as it does for a foreign one. */
  async read(target: RequestTarget, params: object): Promise<unknown> {
    try {
      return await this.send(target, params);
    } catch (error) {
      // guard: what is missing and what is foreign fail alike while the directory is down
      if (error instanceof NotFoundError) await this.#assertReachable();
      throw error;
    }
  }

  /**
   * Refuses what was read and is somebody else's. Asks the directory what it is asked for a missing object, so that one
   * which fails for ids that it does not know fails here too.
   */
  async refuse(call: string): Promise<never> {
    const refusal = this.foreign(call);
    // guard: what is foreign and what is missing are asked for alike
    await this.#assertReachable();
    throw refusal;
  }

  #assertReachable(): Promise<void> {
    return this.#options.deadline.race(Promise.resolve(this.#options.tenancy.assertReachable?.()));
  }

  /** Reads a found customer again; `undefined` when it is missing or deleted. Returns any other object unchanged. */
  async readIfCustomer(found: unknown): Promise<unknown> {
    if (!isStripeObject(found) || found.object !== "customer" || typeof found.id !== "string") return found;
    try {
      const current = await this.send(
        requestTarget("GET /v1/customers/{customer}", { customer: found.id }),
        {},
      );
      return isStripeObject(current) && current.deleted === true ? undefined : current;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }

  /** Links a customer with the tenant's mark to the tenant, if a directory decides and does not know it yet. */
  async link(object: unknown): Promise<void> {
    const { tenancy, tenantId, deadline } = this.#options;
    if (tenancy.link === undefined || !isStripeObject(object) || object.object !== "customer") return;
    const { id } = object;
    if (typeof id !== "string" || object.deleted === true) return;
    const access = await deadline.race(tenancy.customerAccess(tenantId, { ...object, id }));
    // guard (if access !== "own"): only an unlinked customer with the tenant's mark is linked
    if (access === "unlinked") await deadline.race(tenancy.link(tenantId, id));
  }

  /** Audits an object of somebody else. @returns What the tenant is told: that there is no such object. */
  foreign(call: string): NotFoundError {
    // guard: a foreign object is audited
    this.audit("foreign_object", call);
    return notFound();
  }

  breach(call: string): IsolationError {
    // guard: a breach is audited
    this.audit("isolation_breach", call);
    return new IsolationError(
      `${call} named or returned an object that was not proved to be the tenant's. Please report this.`,
    );
  }

  audit(type: AuditEvent["type"], call: string, count = 1): void {
    this.#options.onAudit(Object.freeze({ type, tenantId: this.#options.tenantId, call, count }));
  }
}
