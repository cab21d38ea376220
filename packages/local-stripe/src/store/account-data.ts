import type Stripe from "stripe";
import { ApiError } from "../api-error.js";
import type { Clock } from "../clock.js";
import { Agenda } from "./agenda.js";
import { Collection, type IndexKeys } from "./collection.js";
import { RecentPreviews } from "./recent-previews.js";
import type { EventRecord, RelatedObject, ThinEventRecord } from "./records/events.js";
import type { Entity, ObjectName, Records } from "./records/records.js";
import type { Wire } from "./wire.js";

/** Declares how one kind of object is stored, rendered and named. */
export interface Kind<Name extends ObjectName = ObjectName> {
  readonly object: Name;
  /** The word Stripe's messages use: "No such customer: 'cus_1'". */
  readonly noun: string;
  readonly keys?: IndexKeys<Records[Name]>;
  /** The object as it travels; what is kept, when left out. */
  readonly render?: (record: Records[Name], account: AccountData) => Wire;
  readonly expandable?: Readonly<Record<string, Expansion>>;
  /** Actions of such an object at a set time. */
  readonly due?: Due<Name>;
}

/** `at` is the Unix time of the next thing that happens, or `null`; `run` makes it happen, and must move `at` on. */
export interface Due<Name extends ObjectName> {
  readonly at: (record: Records[Name]) => number | null;
  readonly run: (tx: Transaction, record: Records[Name]) => void;
}

/**
 * The replacement for a property that a request asks to expand: the object whose id is there, something worked
 * out on demand, or `"shown"` for a part that is always there and may be passed through.
 */
export type Expansion = ObjectName | "shown" | ((owner: Wire, account: AccountData) => unknown);

/**
 * One set of changes, made as a whole or not at all. Every change goes through a transaction, so that none is made without
 * its event, and none outlives a request that is refused half-way.
 */
export interface Transaction {
  readonly account: AccountData;
  /** The Unix time at which it happens. */
  readonly now: number;
  /** Runs `write` to see its result, at `at` if given, and undoes all of it. */
  dryRun<T>(write: (tx: Transaction) => T, at?: number): T;
  /** Refuses the request but keeps its changes: a declined payment leaves a failed attempt. */
  commitAndThrow(error: ApiError): never;
  /** Switches this transaction to the time of the object's test clock, if it has one. */
  followClock(record: object): void;
  insert<Name extends ObjectName>(name: Name, record: Records[Name], event?: EventType): Records[Name];
  /** Changes some fields. The event holds their previous values, and is left out when nothing that shows has changed. */
  change<Name extends ObjectName>(
    name: Name,
    id: string,
    changes: Partial<Records[Name]>,
    event?: EventType,
  ): Records[Name];
  /** Puts another record in the object's place; unlike `change`, it can take fields away. */
  replace<Name extends ObjectName>(
    name: Name,
    id: string,
    after: Records[Name],
    event?: EventType,
  ): Records[Name];
  remove(name: ObjectName, id: string, event?: EventType): void;
  emit(type: EventType, object: Wire, previous?: Wire): void;
  /** Emits a thin event that has no snapshot event. */
  emitThin(type: string, related: RelatedObject | null): ThinEventRecord;
}

export interface DueObject {
  readonly name: ObjectName;
  readonly id: string;
}

/** An object that could not do what was due at a time, and why. */
export interface DueFailure extends DueObject {
  readonly account: string;
  /** Unix time at which it was due. */
  readonly at: number;
  readonly error: unknown;
}

/** The id of the test clock whose time an object follows. */
export function testClockId(record: object): string | null {
  return "test_clock" in record && typeof record.test_clock === "string" ? record.test_clock : null;
}

export type EventType = Stripe.Event["type"];

/** Runs after an event, within its transaction. */
export type Reaction = (tx: Transaction, object: Wire) => void;

/** The services that account data needs from its server. */
export interface ServerContext {
  readonly clock: Clock;
  readonly origin: () => string;
  readonly indexingDelayMs: () => number;
  /** The business to which the hosted pages lead back. */
  readonly businessName: string;
  /** Whether a customer without a payment method cannot pay. */
  readonly requirePaymentMethod: boolean;
  /** The percentage of tax by country, for automatic tax. */
  readonly taxRates: Readonly<Record<string, number>>;
  /** Whether Managed Payments are on by default. */
  readonly managedPayments: boolean;
  /** The fate of a subscription when the last attempt to charge its invoice has failed. */
  readonly afterLastAttempt: "cancel" | "past_due" | "unpaid";
  readonly resources: { readonly [Name in ObjectName]: { readonly kind: Kind<Name> } };
  /** Reactions of resources to changes of other objects. */
  readonly reactions: ReadonlyMap<EventType, readonly Reaction[]>;
  /** Called for each due change that failed. It must not throw. */
  readonly reportDueFailure: (failure: DueFailure) => void;
  /** Delivers a new event to the endpoints that ask for it. */
  readonly announce: (account: AccountData, event: EventRecord | ThinEventRecord) => void;
  /** Delivers an event to one endpoint once more. */
  readonly redeliver: (account: AccountData, event: EventRecord, endpointId: string) => void;
}

/** All objects of one account in one mode. None of them refers to an object of another account or mode. */
export class AccountData {
  readonly accountId: string;
  readonly isPlatform: boolean;
  readonly livemode: boolean;
  readonly context: ServerContext;
  readonly previews: RecentPreviews = new RecentPreviews();
  readonly #collections = new Map<ObjectName, unknown>();
  readonly #otherMode: () => AccountData;
  /** One agenda for the server's time, and one for each test clock. */
  readonly #agendas = new Map<string, Agenda<DueObject>>();

  constructor(
    place: { accountId: string; isPlatform: boolean; livemode: boolean; otherMode: () => AccountData },
    context: ServerContext,
  ) {
    this.accountId = place.accountId;
    this.isPlatform = place.isPlatform;
    this.livemode = place.livemode;
    this.#otherMode = place.otherMode;
    this.context = context;
  }

  get now(): number {
    return this.context.clock.now;
  }

  of<Name extends ObjectName>(name: Name): Collection<Records[Name]> {
    let collection = this.#collections.get(name);
    if (collection === undefined) {
      const keys: IndexKeys<Records[Name]> = this.kind(name).keys ?? {};
      const { clock, indexingDelayMs: delayMs } = this.context;
      collection = new Collection<Records[Name] & Entity>(keys, { delayMs, nowMs: () => clock.nowMs });
      this.#collections.set(name, collection);
    }
    // The map holds, under each name, the collection that was made for that name.
    return collection as Collection<Records[Name]>;
  }

  kind<Name extends ObjectName>(name: Name): Kind<Name> {
    return this.context.resources[name].kind;
  }

  render<Name extends ObjectName>(name: Name, record: Records[Name]): Wire {
    return this.kind(name).render?.(record, this) ?? record;
  }

  /** Notes when something happens to the object next. */
  schedule<Name extends ObjectName>(name: Name, record: Records[Name]): void {
    const at = this.kind(name).due?.at(record) ?? null;
    if (at !== null) this.agenda(testClockId(record)).add(at, { name, id: record.id });
  }

  agenda(testClock: string | null): Agenda<DueObject> {
    const name = testClock ?? "";
    const agenda = this.#agendas.get(name) ?? new Agenda<DueObject>();
    this.#agendas.set(name, agenda);
    return agenda;
  }

  /** The object whose id stands in a request's path: a missing one is a 404. */
  getFromPath<Name extends ObjectName>(name: Name, id: string): Records[Name] {
    return this.of(name).get(id) ?? this.#missing(name, id, "id", 404);
  }

  /** The object whose id was sent as the parameter `param`: one that is missing or not accepted is a 400. */
  getFromParam<Name extends ObjectName>(
    name: Name,
    id: string,
    param: string,
    accepts: (record: Records[Name]) => boolean = () => true,
  ): Records[Name] {
    const found = this.of(name).get(id);
    return found !== undefined && accepts(found) ? found : this.#missing(name, id, param, 400);
  }

  #missing(name: ObjectName, id: string, param: string, status: number): never {
    const [here, there] = this.livemode ? ["live", "test"] : ["test", "live"];
    const elsewhere =
      this.#otherMode().of(name).get(id) === undefined
        ? ""
        : `; a similar object exists in ${there} mode, but a ${here} mode key was used to make this request.`;
    throw new ApiError(status, `No such ${this.kind(name).noun}: '${id}'${elsewhere}`, {
      code: "resource_missing",
      param,
    });
  }
}
