import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv, type ValidateFunction } from "ajv";

/**
 * Stripe's OpenAPI specification, as it ships in the module of stripe-mock. It describes 2026-08-26.dahlia; the server
 * speaks the version after it, whose newer fields are listed below.
 */
const MODULE = "github.com/stripe/stripe-mock@v0.203.0";

/** What the SDK's types of 2026-10-28 hold and the specification does not, or what Stripe sends without specifying it. */
const UNSPECIFIED: Readonly<Record<string, readonly string[]>> = {
  "billing_portal.session": ["after_expiration"],
  "checkout.session": ["allowed_payment_method_types"],
  portal_features: ["subscription_pause"],
  portal_flows_flow: ["subscription_pause"],
  product: ["type"],
  subscription: ["status_details"],
  subscription_schedule: ["pause_schedules"],
  subscription_schedule_configuration_item: ["plan"],
  recurring: ["trial_period_days"],
  subscription_item: ["plan", "current_trial"],
  subscriptions_resource_trial_settings_end_behavior: ["billing_cycle_anchor"],
};

/** Values that are newer than the specification, by the object and the field that hold them. */
const UNSPECIFIED_VALUES: Readonly<Record<string, readonly string[]>> = {
  "portal_flows_flow.type": ["subscription_pause"],
};

/** Calls that are newer than the specification, or left out of it. The objects in their answers are checked all the same. */
const UNSPECIFIED_CALLS: readonly RegExp[] = [
  /^POST \/v1\/subscriptions\/[^/]+\/pause$/,
  /^POST \/v1\/events\/[^/]+\/retry$/,
];

type Schema = Record<string, unknown>;

interface Specification {
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown> }>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Says what in an answer the specification does not allow. */
export class OpenApi {
  readonly #specification: Specification;
  // A schema serves a few answers and is then thrown away: it is not worth the time to make it fast.
  readonly #ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    code: { optimize: false },
  });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(specification: Specification) {
    this.#specification = specification;
  }

  problems(answer: Answer): readonly string[] {
    if (answer.status === 501) return [];
    const schema = this.#answerSchema(answer);
    const call = `${answer.method} ${answer.path}`;
    if (UNSPECIFIED_CALLS.some((newer) => newer.test(call))) return this.#checkObjects(answer.body);
    if (schema === undefined) return [`${answer.method} ${answer.path} is not in the specification`];
    // Calls that differ only in ids are one, to be checked by one schema and complained of once.
    const name = `${call.replace(/_[A-Za-z0-9]{14,}/g, "_")} ${answer.status}`;
    return [...this.#check(name, schema, answer.body), ...this.#checkObjects(answer.body)].map(
      (problem) => `${name}: ${problem}`,
    );
  }

  /** Every object in an answer is checked by the schema of its name, and the schemas around it see only that name. */
  #checkObjects(value: unknown): readonly string[] {
    if (Array.isArray(value)) return value.flatMap((one) => this.#checkObjects(one));
    if (!isRecord(value)) return [];
    if (value["type"] === "invoice.upcoming") return this.#checkObjects(identified(value));
    const inside = Object.values(value).flatMap((one) => this.#checkObjects(one));
    const name = String(value["object"]);
    const deleted = value["deleted"] === true ? `deleted_${name}` : name;
    const schema = this.#specification.components.schemas[deleted];
    return schema === undefined
      ? inside
      : [...this.#check(deleted, { $ref: ref(deleted) }, value, true), ...inside];
  }

  #check(name: string, schema: unknown, value: unknown, whole = false): readonly string[] {
    let validate = this.#validators.get(name);
    if (validate === undefined) {
      const definitions: Record<string, unknown> = {};
      validate = this.#ajv.compile({ ...(this.#local(schema, definitions, whole) as Schema), definitions });
      this.#validators.set(name, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      (error) => `${name}${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`,
    );
  }

  /** The schema in plain JSON Schema, with what it refers to beside it and whole objects shortened to their names. */
  #local(schema: unknown, definitions: Record<string, unknown>, whole = false): unknown {
    if (Array.isArray(schema)) return schema.map((one) => this.#local(one, definitions));
    if (!isRecord(schema)) return schema;
    if (typeof schema["$ref"] === "string") {
      const name = schema["$ref"].split("/").at(-1) ?? "";
      const target = this.#specification.components.schemas[name] ?? {};
      const objectName = objectNameOf(target);
      if (objectName !== undefined && !whole)
        return { type: "object", properties: { object: objectName }, required: ["object"] };
      const key = `${name}${whole ? "!" : ""}`;
      if (!(key in definitions)) {
        definitions[key] = {};
        definitions[key] = this.#closed(name, this.#local(target, definitions) as Schema);
      }
      return { $ref: `#/definitions/${key.replaceAll("/", "~1")}` };
    }
    const { nullable, properties, description: _description, ...rest } = schema;
    const local = Object.fromEntries([
      ...Object.entries(rest)
        .filter(([key]) => !key.startsWith("x-"))
        .map(([key, value]) => [key, this.#local(value, definitions)] as const),
      // Here the names are those of fields, and any name may be one.
      ...(isRecord(properties)
        ? [["properties", mapped(properties, (value) => this.#local(value, definitions))] as const]
        : []),
    ]);
    return nullable === true ? { anyOf: [local, { type: "null" }] } : local;
  }

  /** No field beside those that are named. */
  #closed(name: string, schema: Schema): Schema {
    const { properties } = schema;
    if (!isRecord(properties) || schema["additionalProperties"] !== undefined) return schema;
    const more = (UNSPECIFIED[name] ?? []).map((field) => [field, {}] as const);
    const known = mapped(properties, (property, field) => {
      const values = UNSPECIFIED_VALUES[`${name}.${field}`];
      return values === undefined ? property : { anyOf: [property, { enum: values }] };
    });
    return {
      ...schema,
      properties: { ...known, ...Object.fromEntries(more) },
      additionalProperties: false,
    };
  }

  #answerSchema({ method, path, status }: Answer): unknown {
    const parts = path.split("/");
    const found = Object.entries(this.#specification.paths)
      .filter(([template]) => {
        const wanted = template.split("/");
        return (
          wanted.length === parts.length &&
          wanted.every((part, at) => part.startsWith("{") || part === parts[at])
        );
      })
      .sort(([one], [other]) => one.split("{").length - other.split("{").length);
    const operation = found[0]?.[1][method.toLowerCase()];
    const response = operation?.responses[status === 200 ? "200" : "default"];
    return at(response, "content", "application/json", "schema");
  }
}

/** The specification, from a file named by `STRIPE_OPENAPI` or by way of the Go toolchain. */
export function findOpenApi(): OpenApi | undefined {
  const file = process.env["STRIPE_OPENAPI"] ?? moduleFile();
  if (file === undefined || !existsSync(file)) return undefined;
  return new OpenApi(JSON.parse(readFileSync(file, "utf8")) as Specification);
}

function moduleFile(): string | undefined {
  try {
    const told = execFileSync("go", ["mod", "download", "-json", MODULE], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return join((JSON.parse(told) as { Dir: string }).Dir, "embedded", "openapi", "spec3.json");
  } catch {
    return undefined;
  }
}

/** An invoice that is announced has no id yet, which its schema does not say. */
function identified(event: Record<string, unknown>): unknown {
  const { type: _said, ...rest } = event;
  const invoice = at(event, "data", "object");
  return { ...rest, type: "announced", data: { object: { id: "", ...(isRecord(invoice) && invoice) } } };
}

function objectNameOf(schema: Schema): unknown {
  const name = at(schema, "properties", "object");
  return isRecord(name) && Array.isArray(name["enum"]) ? { enum: name["enum"] } : undefined;
}

function mapped(
  record: Record<string, unknown>,
  change: (value: unknown, name: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

function at(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((inside, part) => (isRecord(inside) ? inside[part] : undefined), value);
}

function ref(name: string): string {
  return `#/components/schemas/${name}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
