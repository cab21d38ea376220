import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Stripe's OpenAPI specification, as it ships in the module of stripe-mock. It describes 2026-08-26.dahlia; the server
 * speaks the version after it, whose newer parts are listed in newer-than-specified.ts.
 */
const MODULE = "github.com/stripe/stripe-mock@v0.203.0";

export type Schema = Record<string, unknown>;

export interface Operation {
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Specification {
  /** Operations by path template and then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Reads the file named by `STRIPE_OPENAPI`, or the one that the Go toolchain has; undefined where there is neither. */
export function findSpecification(): Specification | undefined {
  const file = process.env["STRIPE_OPENAPI"] ?? findInModule();
  if (file === undefined || !existsSync(file)) return undefined;
  return JSON.parse(readFileSync(file, "utf8")) as Specification;
}

function findInModule(): string | undefined {
  try {
    const download = execFileSync("go", ["mod", "download", "-json", MODULE], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return join((JSON.parse(download) as { Dir: string }).Dir, "embedded", "openapi", "spec3.json");
  } catch {
    return undefined;
  }
}

/** The path templates of a specification, found by the paths that they match. */
export class PathTemplates {
  readonly #byLength = new Map<number, (readonly string[])[]>();

  constructor(templates: readonly string[]) {
    const parameters = (template: string) => template.split("{").length;
    // `/v1/customers/search` matches two templates, and the one with fewer parameters is meant.
    for (const template of [...templates].sort((one, other) => parameters(one) - parameters(other))) {
      const parts = template.split("/");
      const sameLength = this.#byLength.get(parts.length);
      if (sameLength === undefined) this.#byLength.set(parts.length, [parts]);
      else sameLength.push(parts);
    }
  }

  find(path: string): string | undefined {
    const parts = path.split("/");
    return this.#byLength
      .get(parts.length)
      ?.find((template) => template.every((part, at) => part.startsWith("{") || part === parts[at]))
      ?.join("/");
  }
}
