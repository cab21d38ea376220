import type Stripe from "stripe";
import { ApiError } from "../api-error.js";
import type { Clock } from "../clock.js";
import type { Act } from "./act.js";
import { Agenda } from "./agenda.js";
import { Collection, type IndexKeys } from "./collection.js";
import type { Entity, EventRecord, ObjectName, Records, Wire } from "./records.js";

/** How one kind of object is kept, shown and named. */
export interface Kind<Name extends ObjectName = ObjectName> {
  readonly object: Name;
  /** The word Stripe's messages use: "No such customer: 'cus_1'". */
  readonly noun: string;
  readonly keys?: IndexKeys<Records[Name]>;
  /** The object as it travels; what is kept, when left out. */
  readonly render?: (record: Records[Name], world: World) => Wire;
  readonly expandable?: Readonly<Record<string, Expansion>>;
  /** What happens to such an object by itself, when its time has come. */
  readonly due?: Due<Name>;
}

/** `at` is the Unix time of the next thing that happens, or `null`; `run` makes it happen, and must move `at` on. */
export interface Due<Name extends ObjectName> {
  readonly at: (record: Records[Name]) => number | null;
  readonly run: (act: Act, record: Records[Name]) => void;
}

/**
 * What stands in the place of a property that a request asks to expand: the object whose id is there, something worked
 * out on demand, or `"shown"` for a part that is always there and may be passed through.
 */
export type Expansion = ObjectName | "shown" | ((owner: Wire, world: World) => unknown);

export interface DueObject {
  readonly name: ObjectName;
  readonly id: string;
}

/** The test clock by whose time an object lives. */
export function testClockOf(record: object): string | null {
  return "test_clock" in record && typeof record.test_clock === "string" ? record.test_clock : null;
}

export type EventType = Stripe.Event["type"];

/** Runs after an event, in the same act. */
export type Reaction = (act: Act, object: Wire) => void;

/** What the world asks of the server around it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly origin: () => string;
  readonly indexingDelayMs: () => number;
  /** Whether a customer without a payment method cannot pay. */
  readonly requirePaymentMethod: boolean;
  /** What becomes of a subscription when the last attempt to charge its invoice has failed. */
  readonly afterLastAttempt: "cancel" | "past_due" | "unpaid";
  readonly resources: { readonly [Name in ObjectName]: { readonly kind: Kind<Name> } };
  /** What resources do when objects of others change. */
  readonly reactions: ReadonlyMap<EventType, readonly Reaction[]>;
  /** Tells the webhook endpoints of a new event. */
  readonly announce: (world: World, event: EventRecord) => void;
  /** Tells one endpoint of an event once more. */
  readonly redeliver: (world: World, event: EventRecord, endpointId: string) => void;
}

/** Everything that one account holds in one mode. Nothing in it refers to another world. */
export class World {
  readonly account: string;
  readonly isPlatform: boolean;
  readonly livemode: boolean;
  readonly surroundings: Surroundings;
  readonly #collections = new Map<ObjectName, unknown>();
  readonly #twin: () => World;
  /** One agenda for the server's time, and one for each test clock. */
  readonly #agendas = new Map<string, Agenda<DueObject>>();

  constructor(
    place: { account: string; isPlatform: boolean; livemode: boolean; twin: () => World },
    surroundings: Surroundings,
  ) {
    this.account = place.account;
    this.isPlatform = place.isPlatform;
    this.livemode = place.livemode;
    this.#twin = place.twin;
    this.surroundings = surroundings;
  }

  get now(): number {
    return this.surroundings.clock.now;
  }

  of<Name extends ObjectName>(name: Name): Collection<Records[Name]> {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      const keys: IndexKeys<Records[Name]> = this.kind(name).keys ?? {};
      const { clock, indexingDelayMs: delayMs } = this.surroundings;
      collection = new Collection<Records[Name] & Entity>(keys, { delayMs, nowMs: () => clock.nowMs });
      this.#collections.set(name, collection);
    }
    // The map holds, under each name, the collection that was made for that name.
    return collection as Collection<Records[Name]>;
  }

  kind<Name extends ObjectName>(name: Name): Kind<Name> {
    return this.surroundings.resources[name].kind;
  }

  render<Name extends ObjectName>(name: Name, record: Records[Name]): Wire {
    return this.kind(name).render?.(record, this) ?? record;
  }

  /** Notes when something happens to the object next. */
  schedule<Name extends ObjectName>(name: Name, record: Records[Name]): void {
    const at = this.kind(name).due?.at(record) ?? null;
    if (at !== null) this.agenda(testClockOf(record)).add(at, { name, id: record.id });
  }

  agenda(testClock: string | null): Agenda<DueObject> {
    const name = testClock ?? "";
    const agenda = this.#agendas.get(name) ?? new Agenda<DueObject>();
    this.#agendas.set(name, agenda);
    return agenda;
  }

  /** The object that a path names. */
  inPath<Name extends ObjectName>(name: Name, id: string): Records[Name] {
    return this.of(name).get(id) ?? this.#missing(name, id, "id", 404);
  }

  /** The object that a parameter names. */
  named<Name extends ObjectName>(name: Name, id: string, param: string): Records[Name] {
    return this.of(name).get(id) ?? this.#missing(name, id, param, 400);
  }

  #missing(name: ObjectName, id: string, param: string, status: number): never {
    const [here, there] = this.livemode ? ["live", "test"] : ["test", "live"];
    const elsewhere =
      this.#twin().of(name).get(id) === undefined
        ? ""
        : `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.`;
    throw new ApiError(status, `No such ${this.kind(name).noun}: '${id}'${elsewhere}`, {
      code: "resource_missing",
      param,
    });
  }
}
