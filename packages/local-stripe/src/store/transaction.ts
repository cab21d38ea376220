import { ApiError } from "../api-error.js";
import { newId } from "../ids.js";
import { type AccountData, type EventType, type Transaction, testClockId } from "./account-data.js";
import { previousAttributes } from "./previous-attributes.js";
import type { EventRecord, RelatedObject, ThinEventRecord } from "./records/events.js";
import type { ObjectName, Records } from "./records/records.js";
import { type EventOrigin, thinEvent, thinEvents } from "./thin-events.js";
import type { Wire } from "./wire.js";

/** The request that a transaction answers; a hosted page or the passing of time has none. */
export interface TransactionOrigin {
  readonly requestId: string;
  readonly idempotencyKey: string | null;
}

/** The API version in which events are kept. Each endpoint receives them in its own. */
export const EVENT_VERSION = "2026-10-28.endive";

const KEPT_EVENTS = 100_000;

/** Runs `write` in a transaction: commits and announces its events, or undoes everything when it throws. */
export function transact<T>(
  account: AccountData,
  origin: TransactionOrigin | null,
  write: (tx: Transaction) => T,
  now: number = account.now,
): T {
  const tx = new OpenTransaction(account, origin, now);
  let result: T;
  try {
    result = write(tx);
  } catch (error) {
    tx.fail();
    throw error;
  }
  tx.commit();
  return result;
}

class OpenTransaction implements Transaction {
  readonly account: AccountData;
  readonly #origin: TransactionOrigin | null;
  readonly #undo: (() => void)[] = [];
  readonly #events: (EventRecord | ThinEventRecord)[] = [];
  #now: number;
  #commitsOnThrow = false;

  constructor(account: AccountData, origin: TransactionOrigin | null, now: number) {
    this.account = account;
    this.#origin = origin;
    this.#now = now;
  }

  get now(): number {
    return this.#now;
  }

  dryRun<T>(write: (tx: Transaction) => T, at: number = this.#now): T {
    const dry = new OpenTransaction(this.account, this.#origin, at);
    try {
      return write(dry);
    } finally {
      dry.#rollBack();
    }
  }

  commitAndThrow(error: ApiError): never {
    this.#commitsOnThrow = true;
    throw new ApiError(error.status, error.message, { ...error.details, hadEffect: true });
  }

  followClock(record: object): void {
    const clock = testClockId(record);
    if (clock !== null) this.#now = this.account.getFromPath("test_helpers.test_clock", clock).frozen_time;
  }

  insert<Name extends ObjectName>(name: Name, record: Records[Name], event?: EventType): Records[Name] {
    const collection = this.account.of(name);
    collection.insert(record);
    this.#undo.push(() => collection.remove(record.id, { remember: false }));
    this.account.schedule(name, record);
    if (event !== undefined) this.emit(event, this.account.render(name, record));
    return record;
  }

  change<Name extends ObjectName>(
    name: Name,
    id: string,
    changes: Partial<Records[Name]>,
    event?: EventType,
  ): Records[Name] {
    return this.replace(name, id, { ...this.account.getFromPath(name, id), ...changes }, event);
  }

  replace<Name extends ObjectName>(
    name: Name,
    id: string,
    after: Records[Name],
    event?: EventType,
  ): Records[Name] {
    const collection = this.account.of(name);
    const before = this.account.getFromPath(name, id);
    const was = event && this.account.render(name, before);
    collection.replace(after);
    this.#undo.push(() => collection.replace(before));
    this.account.schedule(name, after);
    if (event === undefined || was === undefined) return after;
    const is = this.account.render(name, after);
    const previous = previousAttributes(was, is);
    if (Object.keys(previous).length > 0) this.emit(event, is, previous);
    return after;
  }

  remove(name: ObjectName, id: string, event?: EventType): void {
    const collection = this.account.of(name);
    const record = this.account.getFromPath(name, id);
    const was = event && this.account.render(name, record);
    this.#undo.push(collection.remove(id, { remember: true }));
    if (event !== undefined && was !== undefined) this.emit(event, was);
  }

  emit(type: EventType, object: Wire, previous?: Wire): void {
    const snapshot: EventRecord = {
      ...this.#eventOrigin(),
      id: newId("evt"),
      object: "event",
      api_version: EVENT_VERSION,
      data: { object, ...(previous && { previous_attributes: previous }) },
      pending_webhooks: 0,
      type,
    };
    this.#events.push(snapshot, ...thinEvents(snapshot));
    this.account.context.reactions.get(type)?.forEach((react) => {
      react(this, object);
    });
  }

  emitThin(type: string, related: RelatedObject | null): ThinEventRecord {
    const event = thinEvent(this.#eventOrigin(), type, related);
    this.#events.push(event);
    return event;
  }

  #eventOrigin(): EventOrigin {
    const { accountId, isPlatform, livemode } = this.account;
    return {
      ...(!isPlatform && { account: accountId }),
      created: this.now,
      livemode,
      request: {
        id: this.#origin?.requestId ?? null,
        idempotency_key: this.#origin?.idempotencyKey ?? null,
      },
    };
  }

  fail(): void {
    if (this.#commitsOnThrow) this.commit();
    else this.#rollBack();
  }

  #rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  commit(): void {
    for (const event of this.#events) {
      if (event.object === "event") this.#keep("event", event);
      else this.#keep("v2.core.event", event);
      this.account.context.announce(this.account, event);
    }
  }

  #keep<Name extends "event" | "v2.core.event">(name: Name, event: Records[Name]): void {
    const events = this.account.of(name);
    events.insert(event);
    if (events.size > KEPT_EVENTS * 1.1) events.trim(KEPT_EVENTS);
  }
}
