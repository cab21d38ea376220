import type { AccountData, EventType, Kind, Reaction, Transaction } from "../store/account-data.js";
import type { ObjectName } from "../store/records/records.js";
import type { Wire } from "../store/wire.js";
import type { Form } from "./form.js";
import { list, readParams, type Shape, text, type Values } from "./params.js";
import { withoutBlame } from "./refusals.js";

/** One request on its way through a route. */
export interface Call<P = unknown> {
  readonly tx: Transaction;
  readonly account: AccountData;
  readonly params: P;
  /** The paths to expand in the answer, which is done for every route alike. */
  readonly expand: readonly string[];
  /** The object that the path names first, and one inside of it where it names two. */
  readonly id: string;
  readonly innerId: string;
  /** The query string as it was sent, for links to other pages of a list. */
  readonly query: string;
  readonly version: string;
}

export interface Route {
  readonly method: "GET" | "POST" | "DELETE";
  /** A part that starts with a colon matches any one part. */
  readonly path: string;
  readonly handle: (call: Omit<Call, "expand" | "params">, form: Form) => Answer;
}

export interface Answer {
  readonly body: Wire;
  readonly expand: readonly string[];
}

export type ApiPath = `/v1/${string}` | `/v2/${string}`;

/** One resource: how its objects are stored, the calls about them, and its reactions to changes of other objects. */
export interface Resource<Name extends ObjectName = ObjectName> {
  readonly kind: Kind<Name>;
  /** The name of its permissions for restricted keys: `customer` for `rak_customer_read` and `rak_customer_write`. */
  readonly permission: string;
  readonly routes: readonly Route[];
  readonly reactions?: Readonly<Partial<Record<EventType, Reaction>>>;
}

const EXPAND = { expand: list(text()) };

/**
 * Declares a call: its signature, such as `"POST /v1/customers/:id"`, its parameters, and what it does. Every call
 * takes `expand`.
 */
export function route<S extends Shape>(
  signature: `${Route["method"]} ${ApiPath}`,
  shape: S,
  run: (call: Call<Values<S>>) => Wire,
): Route {
  const space = signature.indexOf(" ");
  // The type of the signature admits no other method.
  const method = signature.slice(0, space) as Route["method"];
  const whole: Shape = { ...shape, ...EXPAND };
  return {
    method,
    path: signature.slice(space + 1),
    handle: (call, form) => {
      // Without `expand`, the values are those that the shape of the route declares.
      const { expand, ...params }: { readonly expand?: readonly string[]; readonly [name: string]: unknown } =
        read(whole, form, signature);
      const paths = expand ?? [];
      return { body: run({ ...call, params: params as Values<S>, expand: paths }), expand: paths };
    },
  };
}

function read<S extends Shape>(shape: S, form: Form, signature: string): Values<S> {
  try {
    return readParams(shape, form, signature);
  } catch (error) {
    throw withoutBlame(error, signature);
  }
}

/** `GET /v1/customers/:id` */
export function retrieveRoute<Name extends ObjectName>(name: Name, path: ApiPath): Route {
  return route(`GET ${path}/:id`, {}, ({ account, id }) =>
    account.render(name, account.getFromPath(name, id)),
  );
}
