import { ApiError } from "../api-error.js";
import { newId } from "../ids.js";
import { previousAttributes } from "./previous-attributes.js";
import type { EventRecord, ObjectName, Records, Wire } from "./records.js";
import { type EventType, testClockOf, type World } from "./world.js";

/** The request that an act answers; a hosted page or the passing of time has none. */
export interface ActOrigin {
  readonly requestId: string;
  readonly idempotencyKey: string | null;
}

/** The version in which events are written down. Each endpoint is told of them in its own. */
export const EVENT_VERSION = "2026-10-28.endive";

const KEPT_EVENTS = 100_000;

/**
 * One happening that writes to a world, as a whole or not at all. Every change goes through it, so that none is made
 * without its event and none is left behind by a request that is refused half-way.
 */
export class Act {
  readonly world: World;
  readonly #origin: ActOrigin | null;
  readonly #undo: (() => void)[] = [];
  readonly #events: EventRecord[] = [];
  #now: number;
  #isKept = false;

  constructor(world: World, origin: ActOrigin | null, now: number) {
    this.world = world;
    this.#origin = origin;
    this.#now = now;
  }

  /** Runs `write`, and either keeps all that it wrote and tells of it, or takes everything back. */
  static run<T>(world: World, origin: ActOrigin | null, write: (act: Act) => T, now: number = world.now): T {
    const act = new Act(world, origin, now);
    let result: T;
    try {
      result = write(act);
    } catch (error) {
      if (act.#isKept) act.#tell();
      else for (const undo of act.#undo.reverse()) undo();
      throw error;
    }
    act.#tell();
    return result;
  }

  /** The Unix time at which it happens. */
  get now(): number {
    return this.#now;
  }

  /** Runs `write` to see what would come of it, now or at another time, and takes everything back. */
  rehearse<T>(write: (act: Act) => T, at: number = this.#now): T {
    const rehearsal = new Act(this.world, this.#origin, at);
    try {
      return write(rehearsal);
    } finally {
      for (const undo of rehearsal.#undo.reverse()) undo();
    }
  }

  /** Refuses the request, and keeps what it did: a payment was tried, and failed. */
  keepThenRefuse(error: ApiError): never {
    this.#isKept = true;
    throw new ApiError(error.status, error.message, { ...error.details, hadEffect: true });
  }

  /** From here on it happens by the time of the object's test clock, if it has one. */
  followClock(record: object): void {
    const clock = testClockOf(record);
    if (clock !== null) this.#now = this.world.inPath("test_helpers.test_clock", clock).frozen_time;
  }

  insert<Name extends ObjectName>(name: Name, record: Records[Name], event?: EventType): Records[Name] {
    const collection = this.world.of(name);
    collection.insert(record);
    this.#undo.push(() => collection.remove(record.id, { remember: false }));
    this.world.schedule(name, record);
    if (event !== undefined) this.emit(event, this.world.render(name, record));
    return record;
  }

  /** Changes the object in part. The event tells what it was before, and is left out when nothing that shows has changed. */
  change<Name extends ObjectName>(
    name: Name,
    id: string,
    changes: Partial<Records[Name]>,
    event?: EventType,
  ): Records[Name] {
    return this.replace(name, id, { ...this.world.inPath(name, id), ...changes }, event);
  }

  /** Changes the object to another, which may lack what it had. */
  replace<Name extends ObjectName>(
    name: Name,
    id: string,
    after: Records[Name],
    event?: EventType,
  ): Records[Name] {
    const collection = this.world.of(name);
    const before = this.world.inPath(name, id);
    const was = event && this.world.render(name, before);
    collection.replace(after);
    this.#undo.push(() => collection.replace(before));
    this.world.schedule(name, after);
    if (event === undefined || was === undefined) return after;
    const is = this.world.render(name, after);
    const previous = previousAttributes(was, is);
    if (Object.keys(previous).length > 0) this.emit(event, is, previous);
    return after;
  }

  remove(name: ObjectName, id: string, event?: EventType): void {
    const collection = this.world.of(name);
    const record = this.world.inPath(name, id);
    const was = event && this.world.render(name, record);
    collection.remove(id, { remember: true });
    this.#undo.push(() => collection.insert(record));
    if (event !== undefined && was !== undefined) this.emit(event, was);
  }

  emit(type: EventType, object: Wire, previous?: Wire): void {
    const { world } = this;
    this.#events.push({
      id: newId("evt"),
      object: "event",
      ...(!world.isPlatform && { account: world.account }),
      api_version: EVENT_VERSION,
      created: this.now,
      data: { object, ...(previous && { previous_attributes: previous }) },
      livemode: world.livemode,
      pending_webhooks: 0,
      request: {
        id: this.#origin?.requestId ?? null,
        idempotency_key: this.#origin?.idempotencyKey ?? null,
      },
      type,
    });
    world.surroundings.reactions.get(type)?.forEach((react) => {
      react(this, object);
    });
  }

  #tell(): void {
    const events = this.world.of("event");
    for (const event of this.#events) {
      events.insert(event);
      this.world.surroundings.announce(this.world, event);
    }
    if (events.size > KEPT_EVENTS * 1.1) events.trim(KEPT_EVENTS);
  }
}
