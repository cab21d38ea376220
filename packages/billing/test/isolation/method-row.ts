import type { CallOptions, StripeBillingService } from "../../src/index.js";
import type { TenantMethod } from "../public-methods.js";
import type { Realm } from "./realms.js";
import type { IdName, TenantIds } from "./tenants.js";

/**
 * What the attack matrix has to know of one public method. The attacks on it follow from this: a method that takes an id
 * is given foreign ones, an option that is a URL is given hostile ones, and so on.
 */
export interface MethodRow<M extends TenantMethod = TenantMethod> {
  readonly does: "read" | "list" | "write";
  /** The object that the method is about, which it takes first; left out where it takes options alone. */
  readonly takes?: IdName;
  /** Every option that the method has beside `timeoutMs` and `signal`. A new one does not compile until it is listed. */
  readonly options: { readonly [Name in OptionName<M>]: OptionKind };
  /** Options of a call that succeeds, and does so again and again. Default: none. */
  readonly valid?: (own: TenantIds) => Readonly<Record<string, unknown>>;
  /** Where a call uses up the object that it is about: makes another such, to call it with. Default: none is needed. */
  readonly renew?: (realm: Realm, own: TenantIds) => Promise<string>;
  /** How it is called where that is not `forTenant(…).method(id, options)`, or `(options)` where it takes no id. */
  readonly invoke?: (call: Invocation) => PromiseLike<unknown>;
  /** Where it tells of a refusal instead of throwing one, and looks at the rest: whether a result tells of one. */
  readonly tellsRefusal?: (result: unknown) => boolean;
  /** Attacks that its shape calls for and that cannot be made on it, each with the reason. */
  readonly leftOut?: Partial<Readonly<Record<AttackTitle, string>>>;
}

/**
 * What an option holds. Where it holds more than one thing, or holds it deeper inside, it is a list of places, each of
 * which is attacked alone.
 */
export type OptionKind =
  | "plain"
  | "limit"
  | "cursor"
  | "idempotencyKey"
  | "metadata"
  | "url"
  | readonly Place[];

/** A place in an option; the rest of the option is as in a valid call of the tenant's. */
export interface Place {
  readonly holds: IdName | "metadata" | "url";
  readonly put: (value: unknown, own: TenantIds) => unknown;
}

/** A row as the attacks see it, whichever method it is of. */
export interface Target extends Omit<MethodRow, "options"> {
  readonly method: TenantMethod;
  /** Tells two rows of one method apart. */
  readonly name: string;
  readonly options: Readonly<Record<string, OptionKind>>;
}

export type AttackTitle =
  | "no tenant"
  | "a tenant taken for another"
  | "a foreign id is as a missing one"
  | "an id of another kind"
  | "a malformed id"
  | "an id that is no text"
  | "smuggled options"
  | "hostile metadata"
  | "metadata against authority"
  | "a tenant that has nothing"
  | "foreign ids in the options"
  | "hostile cursors and limits"
  | "expansion"
  | "hostile URLs"
  | "a shared idempotency key"
  | "poisoned memory"
  | "the other mode"
  | "a wrong account"
  | "change between check and use"
  | "deleted customers and namesakes"
  | "telling errors";

/** An id that is an option by itself. */
export function id(holds: IdName): readonly Place[] {
  return [{ holds, put: itself }];
}

/** The names of the options of a kind. */
export function optionsOf(target: Target, kind: "limit" | "cursor" | "idempotencyKey"): string[] {
  return Object.entries(target.options).flatMap(([name, held]) => (held === kind ? name : []));
}

/** Every place for an id in the options, with the option it is in. */
export function idPlaces(target: Target): (PlaceIn & { readonly holds: IdName })[] {
  return places(target).flatMap((place) =>
    place.holds === "metadata" || place.holds === "url" ? [] : [{ ...place, holds: place.holds }],
  );
}

/** Every place for metadata or for a URL. */
export function placesFor(target: Target, kind: "metadata" | "url"): PlaceIn[] {
  return places(target).filter(({ holds }) => holds === kind);
}

type PlaceIn = Place & { readonly option: string };

function places(target: Target): PlaceIn[] {
  return Object.entries(target.options).flatMap(([option, held]) => {
    if (held === "metadata" || held === "url") return [{ option, holds: held, put: itself }];
    return typeof held === "string" ? [] : held.map((place) => ({ option, ...place }));
  });
}

function itself(value: unknown): unknown {
  return value;
}

/** One call for one tenant, every part of which may be hostile. */
export interface Invocation {
  readonly billing: StripeBillingService;
  readonly tenantId: string;
  readonly objectId: unknown;
  readonly options: unknown;
}

export async function invoke(target: Target, call: Invocation): Promise<unknown> {
  if (target.invoke !== undefined) return target.invoke(call);
  const given = target.takes === undefined ? [call.options] : [call.objectId, call.options];
  const bound = call.billing.forTenant(call.tenantId);
  const method: unknown = bound[target.method];
  if (typeof method !== "function") throw new Error(`There is no method ${target.method}.`);
  return Reflect.apply(method, bound, given);
}

type OptionName<M extends TenantMethod> = Exclude<
  NamesOf<OptionsOf<Required<Parameters<StripeBillingService[M]>>, M>>,
  keyof CallOptions | "tenantId" | (M extends "findPromotionCode" ? never : "customerId")
>;
/** A portal's specification is what its method takes, and the options stand beside it. */
type OptionsOf<T extends readonly unknown[], M> = M extends "ensurePortalConfiguration"
  ? T[number]
  : T extends readonly [...unknown[], infer Last]
    ? Last
    : never;
type NamesOf<T> = T extends string ? never : T extends object ? keyof T & string : never;
