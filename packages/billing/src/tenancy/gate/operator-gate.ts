import type { Deadline } from "../../deadline.js";
import { IsolationError, ModeMismatchError } from "../../errors.js";
import type { PathIds } from "../../stripe/calls.js";
import type { Mode } from "../../stripe/client.js";
import { scopeIdempotencyKey } from "../../stripe/idempotency.js";
import {
  type MarkWrite,
  type MarkWrites,
  OPERATOR_CALLS,
  type OperatorCall,
  type OperatorRead,
  type OperatorReads,
  READ_AGAIN_BY,
  SHARED_WRITES,
  type SharedWrite,
  type SharedWrites,
} from "../../stripe/operator-calls.js";
import { isSaidToBeReplay } from "../../stripe/replay.js";
import { send } from "../../stripe/send.js";
import type { Transport } from "../../stripe/transport.js";
import { catalogOwner, SHARED } from "../metadata-mark.js";
import { namedIds } from "./named-ids.js";
import { onlyId, requestTarget } from "./request-target.js";
import { isStripeObject, topObjects } from "./stripe-objects.js";

export interface OperatorGateOptions {
  readonly transport: Transport;
  readonly mode: Mode | undefined;
  readonly deadline: Deadline;
  /** The metadata keys that say whose an object is, the owner's first: all that the operator's marks may write. */
  readonly markKeys: readonly [owner: string, ...others: string[]];
  /** Waits until the next request may be sent; where it is left out, each is sent at once. */
  readonly pace?: (() => Promise<void>) | undefined;
}

/**
 * The operator's way to Stripe. It reads over all tenants and writes nothing but marks: a table of calls of its own, apart
 * from the tenants', so that nothing made for one of them can be sent through the other.
 */
export class OperatorGate {
  readonly #options: OperatorGateOptions;
  /** The ids that Stripe's answers to this call have shown to be shared by all. */
  readonly #shared = new Set<string>();

  constructor(options: OperatorGateOptions) {
    this.#options = options;
  }

  async read<C extends OperatorRead>(
    call: C,
    ids: PathIds<C>,
    params: OperatorReads[C]["params"],
  ): Promise<OperatorReads[C]["answer"]> {
    // guard: an operator reads with reads alone
    if (OPERATOR_CALLS[call] !== "read") throw new IsolationError(`${call} is no read of an operator's.`);
    return this.#send(call, ids, { ...params });
  }

  /** Says whose an object is. @throws IsolationError for metadata that says anything else. */
  async mark<C extends MarkWrite>(
    call: C,
    ids: PathIds<C>,
    metadata: Readonly<Record<string, string>>,
  ): Promise<MarkWrites[C]["answer"]> {
    // guard (operand 1): an operator marks with marking calls alone
    // guard (operand 2): an operator's mark writes nothing but marks
    if (
      OPERATOR_CALLS[call] !== "mark" ||
      !Object.keys(metadata).every((key) => this.#options.markKeys.includes(key))
    ) {
      throw new IsolationError(`${call} was given more than a mark. Please report this.`);
    }
    return this.#send(call, ids, { metadata });
  }

  /**
   * Makes, changes or deletes what all tenants share. A new object gets everyone's mark; one that is changed, and every one
   * that is named, was shown to bear it in this call.
   *
   * @throws IsolationError for anything else.
   */
  async writeShared<C extends SharedWrite>(
    call: C,
    ids: PathIds<C>,
    params: SharedWrites[C]["params"],
    idempotencyKey?: string,
  ): Promise<SharedWrites[C]["answer"]> {
    const { markKeys } = this.#options;
    const { metadata, ...rest }: { metadata?: unknown } = params;
    const given = typeof metadata === "object" ? { ...metadata } : {};
    // guard (operand 1): an operator shares with writes of what is shared alone
    // guard (operand 2): what an operator changes or names is shared
    // guard (operand 3): a shared object's metadata forges no mark
    if (
      !Object.hasOwn(SHARED_WRITES, call) ||
      ![...Object.values(ids), ...namedIds(rest)].every((id) => this.#shared.has(String(id))) ||
      Object.keys(given).some((key) => markKeys.includes(key))
    ) {
      throw new IsolationError(
        `${call} named an object that was not proved to be shared. Please report this.`,
      );
    }
    // guard (as given): a new shared object bears everyone's mark
    const marked = SHARED_WRITES[call] === "make" ? { ...given, [markKeys[0]]: SHARED } : given;
    const sent = { ...rest, ...(Object.keys(marked).length > 0 && { metadata: marked }) };
    const answer = await this.#send<SharedWrites[C]["answer"]>(call, ids, sent, idempotencyKey);
    const readBy = READ_AGAIN_BY[call];
    // A stored answer says what the object was then, not what it is.
    return readBy !== undefined && isSaidToBeReplay(answer)
      ? this.#send(readBy, onlyId(readBy, answer.id), {})
      : answer;
  }

  async #send<T>(
    call: OperatorCall,
    ids: object,
    params: Readonly<Record<string, unknown>>,
    key: string = crypto.randomUUID(),
  ): Promise<T> {
    const { transport, deadline, pace } = this.#options;
    const target = requestTarget(call, ids, { ...OPERATOR_CALLS, ...SHARED_WRITES });
    const idempotencyKey = call.startsWith("POST ")
      ? scopeIdempotencyKey(key, { account: undefined, tenantId: SHARED, call })
      : undefined;
    if (pace !== undefined) await deadline.race(pace());
    const answer = await send(
      transport,
      { ...target, params, tenantId: SHARED, account: undefined, idempotencyKey },
      deadline,
    );
    this.#look(answer);
    return answer as T; // the shape that the call's API promises
  }

  /** Refuses objects of the other mode, and remembers those that all tenants share. */
  #look(answer: unknown): void {
    const { mode, markKeys } = this.#options;
    for (const object of topObjects(answer)) {
      if (!isStripeObject(object)) continue;
      if (typeof object.id === "string" && catalogOwner(object, markKeys[0]).tenantId === SHARED) {
        this.#shared.add(object.id);
      }
      if (typeof object.livemode !== "boolean" || mode === undefined) continue;
      // guard: an operator's answer is of the service's mode
      if (object.livemode !== (mode === "live")) {
        throw new ModeMismatchError(
          `Stripe answered with an object of the other mode; this service is in ${mode} mode.`,
        );
      }
    }
  }
}
