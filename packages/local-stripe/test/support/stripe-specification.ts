import { isRecord, valueAt } from "@repo/test-kit/json";
import type { Specification } from "@repo/test-kit/specification";

type Parameter = readonly string[] | { readonly [name: string]: Parameter };

export interface Summary {
  readonly calls: readonly string[];
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly expansions: Readonly<Record<string, readonly string[]>>;
}

/** What the server has to know of Stripe's specification: all calls, the parameters of some, the expansions of objects. */
export function summarize(
  specification: Specification,
  served: ReadonlySet<string>,
  objects: ReadonlySet<string>,
): Summary {
  const calls: string[] = [];
  const parameters: Record<string, Parameter> = {};
  for (const [template, operations] of Object.entries(specification.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const call = `${method.toUpperCase()} ${template.replace(/\{[^}]+\}/g, ":")}`;
      calls.push(call);
      if (served.has(call)) parameters[call] = group(schemas(operation));
    }
  }
  const expansions = Object.fromEntries(
    Object.entries(specification.components.schemas).flatMap(([name, schema]) => {
      const fields = schema["x-expandableFields"];
      return objects.has(name) && Array.isArray(fields) && fields.length > 0
        ? [[name, fields.map(String)]]
        : [];
    }),
  );
  return { calls: calls.sort(), parameters: sorted(parameters), expansions: sorted(expansions) };
}

/** Those of the query and those of the body. */
function schemas(operation: object): Readonly<Record<string, unknown>> {
  const { parameters, requestBody }: { parameters?: unknown; requestBody?: unknown } = operation;
  const inQuery = (Array.isArray(parameters) ? parameters : []).filter(isRecord).flatMap((one) => {
    return one["in"] === "query" ? [[String(one["name"]), one["schema"]] as const] : [];
  });
  const body = valueAt(requestBody, "content", "application/x-www-form-urlencoded", "schema", "properties");
  return { ...Object.fromEntries(inQuery), ...(isRecord(body) && body) };
}

function group(properties: Readonly<Record<string, unknown>>): Readonly<Record<string, Parameter>> {
  return Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, parameter(schema)]));
}

function parameter(schema: unknown): Parameter {
  if (!isRecord(schema)) return [];
  const { anyOf, enum: values, items, properties } = schema;
  if (Array.isArray(anyOf)) return merge(anyOf.map(parameter));
  if (items !== undefined) return parameter(items);
  if (isRecord(properties)) return group(properties);
  return Array.isArray(values) ? values.map(String).filter((value) => value !== "") : [];
}

/** Of alternatives, those with parts together; else the values of all. */
function merge(alternatives: readonly Parameter[]): Parameter {
  const groups = alternatives.filter(isGroup);
  return groups.length > 0
    ? Object.assign({}, ...groups)
    : alternatives.filter((one) => Array.isArray(one)).flat();
}

export function isGroup(parameter: Parameter): parameter is { readonly [name: string]: Parameter } {
  return !Array.isArray(parameter);
}

function sorted<T>(values: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** One call or object on a line, so that changes can be read. */
export function print({ calls, parameters, expansions }: Summary): string {
  const lines = (values: object): string =>
    Object.entries(values)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      .join(",\n");
  return `{"calls":[\n${calls.map((call) => JSON.stringify(call)).join(",\n")}\n],"parameters":{\n${lines(parameters)}\n},"expansions":{\n${lines(expansions)}\n}}\n`;
}
