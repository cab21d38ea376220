import specification from "./specification.json" with { type: "json" };

/** A parameter: a group of others, or the values that it takes, where an empty list stands for any. */
type Parameter = readonly string[] | { readonly [name: string]: Parameter };

const PARAMETERS: Readonly<Record<string, Parameter>> = specification.parameters;
const EXPANSIONS: Readonly<Record<string, readonly string[]>> = specification.expansions;

/** Every call of Stripe's v1 API, such as `GET /v1/customers/:`, and those that only older versions have. */
export const STRIPE_CALLS: readonly string[] = [
  ...specification.calls,
  "GET /v1/invoices/upcoming",
  "GET /v1/invoices/upcoming/lines",
];

/** Whether a call of Stripe takes a parameter, such as `items[0][price]` of `POST /v1/subscriptions`. */
export function hasParameter(call: string, name: string): boolean {
  return findParameter(call, name) !== undefined;
}

/** Whether a parameter of Stripe takes a value that its specification lists. */
export function hasValue(call: string, name: string, value: string): boolean {
  const parameter = findParameter(call, name);
  return parameter !== undefined && isValues(parameter) && parameter.includes(value);
}

/** Whether Stripe expands a property of an object, such as `default_source` of a `customer`. */
export function hasExpansion(object: string, property: string): boolean {
  return ownValue(EXPANSIONS, object)?.includes(property) ?? false;
}

function findParameter(call: string, name: string): Parameter | undefined {
  let found: Parameter | undefined = ownValue(PARAMETERS, call.replace(/:\w+/g, ":"));
  for (const part of name.split(/[[\]]+/)) {
    // The elements of a list are described by the list itself.
    if (part === "" || (/^\d+$/.test(part) && !hasNamedParts(found, part))) continue;
    // A parameter that takes anything also takes parts with any name.
    if (found !== undefined && isValues(found)) return found.length === 0 ? found : undefined;
    found = found === undefined ? undefined : ownValue(found, part);
  }
  return found;
}

function hasNamedParts(parameter: Parameter | undefined, name: string): boolean {
  return parameter !== undefined && !isValues(parameter) && Object.hasOwn(parameter, name);
}

function isValues(parameter: Parameter): parameter is readonly string[] {
  return Array.isArray(parameter);
}

function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
