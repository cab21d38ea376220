/**
 * The way from an event's object to its owner.
 *
 * - `itself`: the object is a customer.
 * - `customer`: its `customer`, or the one it had before, as a detached payment method.
 * - `customer_account`: the object is an account of Accounts v2, which may be a customer.
 * - `mark`: its own metadata, which this package writes.
 * - `charge`: the owner of the charge it names, or of that charge's payment intent.
 * - `invoice`, `payment_method`, `product`: the owner of the object it names.
 * - `account`: nothing but the connected account that the event happened on.
 */
export type OwnerPath =
  | "itself"
  | "customer"
  | "customer or mark"
  | "customer or charge"
  | "customer_account"
  | "mark"
  | "charge"
  | "invoice"
  | "payment_method"
  | "product"
  | "account";

/** An object that leads to an owner and has to be read for it. */
export interface OwnerReference {
  readonly kind: string;
  readonly id: string;
}

/** What an object says about its owner; empty when it names none. */
export interface NamedOwner {
  readonly customerId?: string;
  /** The customer's account of Accounts v2 (`acct_…`). */
  readonly customerAccount?: string;
  /** Only of an object whose own metadata decides. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly reference?: OwnerReference;
}

/** Reads what an object says about its owner. `previous` is what a change replaced. */
export function readOwner(path: OwnerPath, object: object, previous: object = {}): NamedOwner {
  const [now, before] = [fields(object), fields(previous)];
  switch (path) {
    case "itself":
      // guard (as table): a customer's event is its own
      return { ...optional("customerId", readId(now["id"])), ...readMark(now) };
    case "customer":
      // guard (as table): only metadata of an object of its own authority decides the owner
      return readCustomer(now, before);
    case "customer or mark":
      return either(readCustomer(now, before), readMark(now));
    case "customer or charge":
      return either(readCustomer(now, before), readReference("charge", now));
    case "customer_account":
      return optional("customerAccount", readId(now["id"]));
    case "mark":
      return readMark(now);
    case "account":
      return {};
    default:
      return readReference(path, now);
  }
}

/** Reads an id, or the id of an expanded object. */
export function readId(reference: unknown): string | undefined {
  const id =
    typeof reference === "object" && reference !== null && "id" in reference ? reference.id : reference;
  // guard (if id !== undefined): an event's ids are texts
  return typeof id === "string" && id !== "" ? id : undefined;
}

function readCustomer(now: Fields, before: Fields): NamedOwner {
  const customerId = readId(now["customer"]) ?? readId(before["customer"]);
  if (customerId !== undefined) return { customerId };
  return optional("customerAccount", readId(now["customer_account"]) ?? readId(before["customer_account"]));
}

function readReference(kind: "charge" | "invoice" | "payment_method" | "product", now: Fields): NamedOwner {
  // A charge and its payment intent are one customer's; a few events about charges name the intent alone.
  const intent = kind === "charge" ? readId(now["payment_intent"]) : undefined;
  if (intent !== undefined) return { reference: { kind: "payment_intent", id: intent } };
  const id = readId(now[kind]);
  return id === undefined ? {} : { reference: { kind, id } };
}

/** Copies the string values without a prototype, so that a key such as `__proto__` is an ordinary key. */
function readMark({ metadata }: Fields): NamedOwner {
  if (typeof metadata !== "object" || metadata === null) return {};
  // guard (as {}): an event's metadata is on no prototype
  const values: Record<string, string> = Object.create(null);
  for (const [key, value] of Object.entries(metadata)) {
    // guard (if true): an event's metadata is texts
    if (typeof value === "string") values[key] = value;
  }
  return { metadata: Object.freeze(values) };
}

function either(first: NamedOwner, second: NamedOwner): NamedOwner {
  return Object.keys(first).length > 0 ? first : second;
}

type Fields = Readonly<Record<string, unknown>>;

function fields(object: object): Fields {
  const own: Record<string, unknown> = Object.create(null);
  return Object.assign(own, object);
}

function optional<K extends keyof NamedOwner>(key: K, value: NamedOwner[K] | undefined): NamedOwner {
  return value === undefined ? {} : { [key]: value };
}
