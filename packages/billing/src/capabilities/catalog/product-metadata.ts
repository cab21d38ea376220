import { ConfigurationError, InvalidArgumentError } from "../../errors.js";
import type { CatalogScope } from "../../tenancy/scope/tenant-scope.js";
import type { MetadataIssue, MetadataOf, RawMetadata } from "../../views/product.js";

/**
 * Anything that implements Standard Schema 1, such as a schema of zod, valibot or arktype. It gets the metadata as an
 * object of strings and may be asynchronous.
 *
 * @see https://standardschema.dev
 */
export interface MetadataSchema<TMetadata> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<TMetadata> | Promise<SchemaResult<TMetadata>>;
    readonly types?: { readonly input: unknown; readonly output: TMetadata } | undefined;
  };
}

export type SchemaResult<TMetadata> =
  | { readonly value: TMetadata; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

export interface ReadMetadata<TMetadata> {
  readonly metadata: MetadataOf<TMetadata>;
  readonly metadataIssues: readonly MetadataIssue[];
}

/**
 * Parses metadata with the schema. Returns the issues instead of throwing: one product that was written elsewhere must not
 * fail a whole page.
 */
export async function readMetadata<TMetadata>(
  scope: CatalogScope,
  schema: MetadataSchema<TMetadata> | undefined,
  raw: RawMetadata,
): Promise<ReadMetadata<TMetadata>> {
  const result = schema === undefined ? undefined : await validate(scope, schema, raw);
  const issues = result?.issues ?? [];
  const value = result === undefined ? raw : "value" in result && issues.length === 0 ? result.value : null;
  return {
    // Strings without a schema, else the schema's output or null. TypeScript cannot follow that from the options.
    metadata: value as MetadataOf<TMetadata>,
    metadataIssues: Object.freeze(issues.map(toIssue)),
  };
}

/** The keys that the schema refuses, never their values. */
export async function refusedKeys(
  scope: CatalogScope,
  schema: MetadataSchema<unknown> | undefined,
  raw: RawMetadata,
): Promise<readonly string[]> {
  if (schema === undefined) return [];
  const { issues = [] } = await validate(scope, schema, raw);
  return [...new Set(issues.map((issue) => toIssue(issue).path[0] ?? "the whole of it"))];
}

/** @throws InvalidArgumentError naming the keys that the schema refuses, never their values. */
export async function assertMetadata(
  scope: CatalogScope,
  schema: MetadataSchema<unknown> | undefined,
  raw: RawMetadata,
): Promise<void> {
  const keys = await refusedKeys(scope, schema, raw);
  if (keys.length === 0) return;
  throw new InvalidArgumentError(`metadata does not pass the catalogue's schema: ${keys.join(", ")}.`);
}

async function validate<TMetadata>(
  scope: CatalogScope,
  schema: MetadataSchema<TMetadata>,
  raw: RawMetadata,
): Promise<SchemaResult<TMetadata>> {
  // Copies it, because a schema may change its input.
  const judging = (async () => schema["~standard"].validate({ ...raw }))();
  return scope.race(
    judging.catch((error: unknown) => {
      throw new ConfigurationError(
        "The schema in catalog.metadata threw an error instead of returning a result.",
        {
          cause: error,
        },
      );
    }),
  );
}

function toIssue({ message, path = [] }: SchemaIssue): MetadataIssue {
  const keys = path.map((part) => String(typeof part === "object" ? part.key : part));
  return Object.freeze({ message, path: Object.freeze(keys) });
}
