import { invalid, notImplemented } from "../api-error.js";
import { hasExpansion } from "../declare/specification.js";
import type { AccountData, Expansion } from "../store/account-data.js";
import type { ObjectName } from "../store/records/records.js";
import type { Wire } from "../store/wire.js";

const MAX_LEVELS = 4;

/** Replaces the ids that a request asks to expand by their objects, in a copy. */
export function expand(body: Wire, paths: readonly string[], account: AccountData): Wire {
  let expanded = body;
  for (const path of paths) {
    const parts = path.split(".");
    // The `data` of a list is a level as well.
    if (parts.length > MAX_LEVELS) {
      throw invalid(`You cannot expand more than ${MAX_LEVELS} levels of a property.`, "expand");
    }
    expanded = expandInto(expanded, parts, { account, path });
  }
  return expanded;
}

interface Place {
  readonly account: AccountData;
  readonly path: string;
}

function expandInto(owner: Wire, parts: readonly string[], place: Place): Wire {
  const expandable = findExpansions(owner, place.account);
  // A part of an object, such as invoice_settings, has no kind of its own: its names are declared with the object's.
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join(".");
    const expansion = expandable[name];
    if (expansion === undefined) continue;
    return replaceAt(owner, parts.slice(0, length), (value) =>
      inside(resolve(value, expansion, owner, place.account), parts.slice(length), place),
    );
  }
  const [name = "", ...rest] = parts;
  if (!hasExpansion(String(owner["object"]), name)) throw cannotExpand(place);
  // Stripe also lists properties that are always whole, and there is nothing to expand in `null`.
  if (owner[name] === null || (rest.length === 0 && typeof owner[name] === "object")) return owner;
  throw notImplemented(`the expansion ${place.path}`);
}

function inside(value: unknown, rest: readonly string[], place: Place): unknown {
  if (rest.length === 0 || value === null || value === undefined) return value;
  if (Array.isArray(value)) return value.map((element) => inside(element, rest, place));
  if (typeof value === "object") return expandInto(value as Wire, rest, place);
  throw cannotExpand(place);
}

function resolve(value: unknown, expansion: Expansion, owner: Wire, account: AccountData): unknown {
  if (typeof expansion === "function") return expansion(owner, account);
  if (expansion === "shown") return value;
  if (Array.isArray(value)) return value.map((one) => resolve(one, expansion, owner, account));
  if (typeof value !== "string") return value;
  return shown(expansion, value, account);
}

function shown(name: ObjectName, id: string, account: AccountData): unknown {
  const collection = account.of(name);
  const record = collection.get(id);
  if (record !== undefined) return account.render(name, record);
  return collection.wasDeleted(id) ? { id, object: name, deleted: true } : id;
}

function replaceAt(owner: Wire, path: readonly string[], change: (value: unknown) => unknown): Wire {
  const [name, ...rest] = path;
  if (name === undefined) return owner;
  const value = owner[name];
  if (rest.length === 0) return { ...owner, [name]: change(value) };
  if (typeof value !== "object" || value === null) return owner;
  return { ...owner, [name]: replaceAt(value as Wire, rest, change) };
}

function findExpansions(owner: Wire, account: AccountData): Readonly<Record<string, Expansion>> {
  const name = owner["object"];
  if (name === "list" || name === "search_result") return { data: "shown", total_count: "shown" };
  return (isKept(name, account) ? account.kind(name).expandable : PARTS[String(name)]) ?? {};
}

function isKept(name: unknown, account: AccountData): name is ObjectName {
  return typeof name === "string" && Object.hasOwn(account.context.resources, name);
}

/** Objects that only appear inside others. */
const PARTS: Readonly<Record<string, Readonly<Record<string, Expansion>>>> = {
  line_item: { discounts: "discount", parent: "shown", pricing: "shown" },
  subscription_item: {
    price: "shown",
    discounts: "discount",
    tax_rates: "shown",
    billing_thresholds: "shown",
  },
};

function cannotExpand(place: Place): Error {
  return invalid(`This property cannot be expanded (${place.path}).`, "expand");
}
