import type { DeadDelivery, Delivery, DeliveryKey, DurableInbox, StoreResult } from "../inbox.js";

/** A claim as the store recorded it, with a lease that has begun. */
export interface Lease extends Delivery {
  readonly attempt: number;
  /** The fence: the store takes a result only under the newest token of the delivery. */
  readonly token: string;
  readonly newestHandledAtMs?: number | undefined;
}

export type Claimed =
  | { readonly status: "claimed"; readonly lease: Lease }
  | { readonly status: "duplicate" }
  /** Its lease has not run out. */
  | { readonly status: "busy" }
  | { readonly status: "dead"; readonly attempt: number };

/** Another delivery of the same object has a lease that has not run out. Nothing was counted or stored. */
export interface ObjectBusy {
  readonly status: "object_busy";
}

export type Settlement =
  /** `newestAtMs`: when its event was created, or as of when its work saw the object, if that is later. */
  | { readonly status: "handled"; readonly newestAtMs: number }
  | { readonly status: "failed"; readonly error: string; readonly pauseMs: number }
  | { readonly status: "dead"; readonly error: string };

/**
 * The steps of a store whose claims are leases, each of them atomic and by the store's own clock. `leasedInbox` makes an
 * inbox of them.
 */
export interface LeaseStore<Tx> extends Pick<DurableInbox<Tx>, "find" | "release" | "readStats"> {
  /** Counts the attempt, and takes over from a holder whose lease has run out. */
  claim(delivery: Delivery, token: string): Promise<Claimed | ObjectBusy>;
  /** Claims a delivery that stays dead meanwhile; `undefined` when it is not dead. */
  claimDead(key: DeliveryKey, token: string): Promise<Claimed | ObjectBusy | undefined>;
  /** Claims what has been due longest and whose object is free; `undefined` when there is none. */
  claimNext(token: string, livemode: boolean | undefined): Promise<Lease | undefined>;
  /** Creates what the work gets as `tx`. */
  openTx(): Tx;
  /**
   * Ends a claim. False when the claim was taken over meanwhile; then nothing changes.
   * @throws {TxError} when what was left in `tx` failed; then nothing changes.
   */
  settle(lease: Lease, settlement: Settlement, tx: Tx): Promise<boolean>;
  store(delivery: Delivery): Promise<StoreResult>;
  /** Whether `claimNext` would find something now. */
  hasDue(livemode: boolean | undefined): Promise<boolean>;
  listDead(options: { readonly limit: number }): Promise<readonly DeadDelivery[]>;
}

/** What a handler left in `tx` failed, which counts as a failure of the handler. */
export class TxError extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super("What the handler wrote through tx failed.", { cause: reason });
    this.reason = reason;
  }
}
