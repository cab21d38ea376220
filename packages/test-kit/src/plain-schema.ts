import { isRecord, mapValues, valueAt } from "./json.js";
import { UNSPECIFIED_FIELDS, UNSPECIFIED_VALUES } from "./newer-than-specified.js";
import type { Schema, Specification } from "./specification.js";

/**
 * Turns a schema of OpenAPI into plain JSON Schema that holds the definitions it refers to. Objects with a name of their
 * own are reduced to that name, since each is checked by its own schema. `whole` keeps the outermost one as it is.
 */
export function plainSchema(specification: Specification, schema: unknown, whole = false): Schema {
  const { schemas } = specification.components;
  const definitions: Record<string, unknown> = {};

  function convert(part: unknown, keepWhole = false): unknown {
    if (Array.isArray(part)) return part.map((one) => convert(one));
    if (!isRecord(part)) return part;
    if (typeof part["$ref"] === "string") return refer(part["$ref"].split("/").at(-1) ?? "", keepWhole);
    const { nullable, properties, description: _description, ...rest } = part;
    const plain: Schema = Object.fromEntries(
      Object.entries(rest)
        .filter(([key]) => !key.startsWith("x-"))
        .map(([key, value]) => [key, convert(value)]),
    );
    // The keys of `properties` are names of fields, and `$ref` or `nullable` may be one.
    if (isRecord(properties)) plain["properties"] = mapValues(properties, (value) => convert(value));
    return nullable === true ? { anyOf: [plain, { type: "null" }] } : plain;
  }

  function refer(name: string, keepWhole: boolean): unknown {
    const target = schemas[name] ?? {};
    const names = valueAt(target, "properties", "object", "enum");
    if (Array.isArray(names) && !keepWhole)
      return { type: "object", properties: { object: { enum: names } }, required: ["object"] };
    const key = `${name}${keepWhole ? "!" : ""}`;
    if (!(key in definitions)) {
      // A schema may refer to itself.
      definitions[key] = {};
      definitions[key] = refuseOtherFields(name, convert(target) as Schema);
    }
    return { $ref: `#/definitions/${key.replaceAll("/", "~1")}` };
  }

  return { ...(convert(schema, whole) as Schema), definitions };
}

function refuseOtherFields(name: string, schema: Schema): Schema {
  const { properties } = schema;
  if (!isRecord(properties) || schema["additionalProperties"] !== undefined) return schema;
  const known = mapValues(properties, (property, field) => {
    const values = UNSPECIFIED_VALUES[`${name}.${field}`];
    return values === undefined ? property : { anyOf: [property, values] };
  });
  const newer = Object.fromEntries((UNSPECIFIED_FIELDS[name] ?? []).map((field) => [field, {}]));
  return { ...schema, properties: { ...known, ...newer }, additionalProperties: false };
}
