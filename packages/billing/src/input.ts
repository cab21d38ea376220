import * as z from "zod/mini";
import { describeKind } from "./describe-kind.js";
import { InvalidArgumentError } from "./errors.js";
import { onFirstUse } from "./on-first-use.js";
import { suggestOption } from "./suggest-option.js";
import { ILL_FORMED, WELL_FORMED } from "./well-formed.js";

export { onFirstUse };

type Optional<T extends z.core.$ZodType> = z.ZodMiniOptional<T>;

interface CallFields {
  readonly timeoutMs: Optional<z.ZodMiniUnknown>;
  readonly signal: Optional<z.ZodMiniUnknown>;
}

/** The fields that every method takes. Their values are checked when the call's deadline is set. */
export const callFields: () => CallFields = onFirstUse(() => ({
  timeoutMs: z.optional(z.unknown()),
  signal: z.optional(z.unknown()),
}));

interface WriteFields extends CallFields {
  readonly idempotencyKey: Optional<z.ZodMiniString>;
}

/** The fields of every writing method. */
export const writeFields: () => WriteFields = onFirstUse(() => ({
  ...callFields(),
  idempotencyKey: z.optional(
    text("idempotencyKey must be a string of 1 to 255 printable ASCII characters.", /^[\x20-\x7e]{1,255}$/),
  ),
}));

interface ListFields extends CallFields {
  readonly limit: Optional<z.ZodMiniNumberFormat>;
  readonly after: Optional<z.ZodMiniString>;
}

const LIMIT = "limit must be a whole number from 1 to 100.";

/** The fields of every list. */
export const listFields: () => ListFields = onFirstUse(() => ({
  ...callFields(),
  // guard (receiver of check): limits are whole numbers from 1 to 100
  limit: z.optional(z.int(LIMIT).check(z.gte(1, LIMIT), z.lte(100, LIMIT))),
  // guard (pattern /^/): a cursor has only the characters of cursors
  after: z.optional(text("after must be the nextCursor of a page.", /^[\w+/=.-]{1,1000}$/)),
}));

type OptionsObject<T extends z.core.$ZodLooseShape> = z.ZodMiniObject<T, z.core.$strict>;

/** An options object with these fields and no others. */
export function optionsObject<T extends z.core.$ZodLooseShape>(fields: T): OptionsObject<T> {
  return z.strictObject(fields, "The options must be an object.");
}

export const callOptions: () => OptionsObject<CallFields> = onFirstUse(() => optionsObject(callFields()));
export const writeOptions: () => OptionsObject<WriteFields> = onFirstUse(() => optionsObject(writeFields()));
export const listOptions: () => OptionsObject<ListFields> = onFirstUse(() => optionsObject(listFields()));

/** A well-formed string that matches `form`. The error message is `sentence`. */
export function text(sentence: string, form: RegExp): z.ZodMiniString {
  return z.string(sentence).check(z.regex(form, sentence), z.regex(WELL_FORMED, `${sentence} ${ILL_FORMED}`));
}

/**
 * A list of bounded length. The length is checked first, so that a list of a million elements costs no more than a long
 * one.
 */
export function boundedList<T>(
  element: z.ZodMiniType<T>,
  { least = 0, most }: { readonly least?: number; readonly most: number },
  sentence: string,
): z.ZodMiniType<T[]> {
  const hasLength = (value: unknown) => Array.isArray(value) && value.length >= least && value.length <= most;
  return z.pipe(z.custom<unknown[]>(hasLength, sentence), z.array(element, sentence));
}

/**
 * Checks what a caller gave against a schema whose messages are whole sentences, and returns a plain copy of it, so
 * that nothing can change between the check and the use.
 *
 * @throws InvalidArgumentError with one sentence per mistake; values are never quoted.
 */
export function checkInput<T>(schema: () => z.ZodMiniType<T>, input: unknown): T {
  const sentences = mistakesIn(schema, input);
  if ("value" in sentences) return sentences.value;
  throw new InvalidArgumentError(sentences.mistakes.join(" "));
}

/** A plain copy of an options object. @throws InvalidArgumentError when it is none. */
export function copyOptions<T extends object>(options: T): T {
  if (typeof options !== "object" || options === null) {
    throw new InvalidArgumentError(`The options must be an object, and they are ${describeKind(options)}.`);
  }
  try {
    if (!hasTooManyKeys(options)) return { ...options };
  } catch (error) {
    throw new InvalidArgumentError("The options could not be read.", { cause: error });
  }
  throw new InvalidArgumentError(TOO_MANY_KEYS);
}

/** The checked value, or one sentence per mistake. */
export function mistakesIn<T>(
  schema: () => z.ZodMiniType<T>,
  input: unknown,
): { readonly value: T } | { readonly mistakes: readonly string[] } {
  try {
    if (hasTooManyKeys(input)) return { mistakes: [TOO_MANY_KEYS] };
    const result = z.safeParse(schema(), input);
    // guard (as table): options are copied before they are checked
    if (result.success) return { value: result.data };
    return { mistakes: result.error.issues.map((issue) => toSentence(issue, schema())) };
  } catch {
    // A getter or proxy in the input threw, which makes it no input at all.
    return { mistakes: ["The input could not be read."] };
  }
}

const MOST_KEYS = 100;
const TOO_MANY_KEYS = `An options object has at most ${MOST_KEYS} keys.`;

/** Looks at the number of keys before anything looks at each of them. */
function hasTooManyKeys(input: unknown): boolean {
  return typeof input === "object" && input !== null && Object.keys(input).length > MOST_KEYS;
}

function toSentence(issue: z.core.$ZodIssue, schema: z.core.$ZodType): string {
  if (issue.code !== "unrecognized_keys") return issue.message;
  const known = findKnownNames(schema, issue.path);
  const names = issue.keys.slice(0, 5).map((key) => {
    const meant = suggestOption(key, known);
    const name = `${describePlace(issue.path)}${/^\w{1,40}$/.test(key) ? key : "(unprintable)"}`;
    return meant === undefined ? name : `${name} (did you mean ${meant}?)`;
  });
  return `Unknown option: ${names.join(", ")}.`;
}

/** Where an object is within the options, such as `portal.` or `items[0].`, to begin an option's name with. */
function describePlace(path: readonly PropertyKey[]): string {
  const names = path.map((part, at) =>
    typeof part === "number" ? `[${part}]` : `${at > 0 ? "." : ""}${String(part)}`,
  );
  return names.length === 0 ? "" : `${names.join("")}.`;
}

/** The names that the object at a path of the schema may have. */
function findKnownNames(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  if (schema instanceof z.ZodMiniOptional || schema instanceof z.ZodMiniNullable) {
    return findKnownNames(schema._zod.def.innerType, path);
  }
  if (!(schema instanceof z.ZodMiniObject)) return [];
  const shape = new Map<PropertyKey, z.core.$ZodType>(Object.entries(schema._zod.def.shape));
  const [next, ...rest] = path;
  if (next === undefined) return [...shape.keys()].map(String);
  const part = shape.get(next);
  return part === undefined ? [] : findKnownNames(part, rest);
}
