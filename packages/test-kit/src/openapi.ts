import { Ajv, type ValidateFunction } from "ajv";
import { isRecord, valueAt } from "./json.js";
import { UNSPECIFIED_CALLS } from "./newer-than-specified.js";
import { plainSchema } from "./plain-schema.js";
import { PathTemplates, type Specification } from "./specification.js";

export interface Answer {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly body: unknown;
}

/** Finds what Stripe's specification does not allow in an answer. */
export class OpenApi {
  readonly #specification: Specification;
  readonly #templates: PathTemplates;
  // A schema checks a few answers and is then thrown away, so optimizing its code costs more than it saves.
  readonly #ajv = new Ajv({
    strict: false,
    allErrors: true,
    validateFormats: false,
    code: { optimize: false },
  });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(specification: Specification) {
    this.#specification = specification;
    this.#templates = new PathTemplates(Object.keys(specification.paths));
  }

  problems(answer: Answer): readonly string[] {
    if (answer.status === 501) return [];
    const call = `${answer.method} ${answer.path}`;
    if (UNSPECIFIED_CALLS.some((newer) => newer.test(call))) return this.#checkObjects(answer.body);
    const template = this.#templates.find(answer.path) ?? "";
    const response = answer.status === 200 ? "200" : "default";
    const operation = this.#specification.paths[template]?.[answer.method.toLowerCase()];
    const schema = valueAt(operation?.responses[response], "content", "application/json", "schema");
    if (schema === undefined) return [`${call} is not in the specification`];
    const problems = [
      ...this.#check(`${answer.method} ${template} ${response}`, schema, answer.body),
      ...this.#checkObjects(answer.body),
    ];
    // Calls that differ only in ids are complained of once.
    const name = `${call.replace(/_[A-Za-z0-9]{14,}/g, "_")} ${answer.status}`;
    return problems.map((problem) => `${name}: ${problem}`);
  }

  /** Checks every object in an answer by the schema of its name. */
  #checkObjects(value: unknown): readonly string[] {
    if (Array.isArray(value)) return value.flatMap((one) => this.#checkObjects(one));
    if (!isRecord(value)) return [];
    if (value["type"] === "invoice.upcoming") return this.#checkObjects(withInvoiceId(value));
    const inside = Object.values(value).flatMap((one) => this.#checkObjects(one));
    const object = String(value["object"]);
    const name = value["deleted"] === true ? `deleted_${object}` : object;
    if (this.#specification.components.schemas[name] === undefined) return inside;
    const problems = this.#check(name, { $ref: `#/components/schemas/${name}` }, value, true);
    return [...problems.map((problem) => `${name}${problem}`), ...inside];
  }

  #check(key: string, schema: unknown, value: unknown, whole = false): readonly string[] {
    let validate = this.#validators.get(key);
    if (validate === undefined) {
      validate = this.#ajv.compile(plainSchema(this.#specification, schema, whole));
      this.#validators.set(key, validate);
    }
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** Gives the invoice of an announcement an id, which its schema requires and Stripe does not send. */
function withInvoiceId(event: Record<string, unknown>): unknown {
  const { type: _type, ...rest } = event;
  const invoice = valueAt(event, "data", "object");
  return { ...rest, type: "announced", data: { object: { id: "", ...(isRecord(invoice) && invoice) } } };
}
