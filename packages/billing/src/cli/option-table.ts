import { parseArgs } from "node:util";
import { closestName } from "./closest-name.js";
import { UsageError } from "./usage-error.js";

/** One option of a command. */
export interface Option {
  /** How its value looks in the help, such as `<id>`. Left out for a switch, which takes none. */
  readonly value?: string;
  readonly help: string;
  readonly required?: true;
  /** It may be given again, and each value counts. */
  readonly multiple?: true;
}

export type OptionTable = Readonly<Record<string, Option>>;

/** What a command gets: a string, a list or a boolean for each of its options. */
export type OptionValues<T extends OptionTable> = {
  readonly [Name in keyof T]: T[Name] extends { readonly value: string }
    ? T[Name] extends { readonly multiple: true }
      ? readonly string[]
      : T[Name] extends { readonly required: true }
        ? string
        : string | undefined
    : boolean;
};

/**
 * Reads a command's options. Every one is checked by name: an unknown one, one without its value and one that is given
 * twice are refused, and so is any argument that is no option.
 *
 * @throws UsageError with one sentence.
 */
export function readOptions<T extends OptionTable>(args: readonly string[], table: T): OptionValues<T> {
  const found = new Map<string, string[]>();
  for (const token of tokenize(args, table)) {
    if (token.kind === "positional") throw new UsageError(`Unexpected argument: ${token.value}.`);
    if (token.kind === "option-terminator") continue;
    const { name, value, inlineValue } = token;
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (option === undefined) throw new UsageError(explainUnknown(token.rawName, name, Object.keys(table)));
    if (option.value === undefined && value !== undefined) throw new UsageError(`--${name} takes no value.`);
    if (option.value !== undefined && (!value || (!inlineValue && value.startsWith("--")))) {
      throw new UsageError(`--${name} needs a value: --${name} ${option.value}.`);
    }
    const values = found.get(name) ?? [];
    if (values.length > 0 && !option.multiple) throw new UsageError(`--${name} is given twice.`);
    found.set(name, [...values, value ?? ""]);
  }
  const values = Object.entries(table).map(([name, option]) => [
    name,
    toValue(name, option, found.get(name)),
  ]);
  return Object.fromEntries(values) as OptionValues<T>; // a value for each option, as its entry says
}

/** A whole number that an option holds. @throws UsageError for any other text, or one out of bounds. */
export function readWholeNumber(
  name: string,
  text: string | undefined,
  { least, most, fallback }: { readonly least: number; readonly most: number; readonly fallback: number },
): number {
  if (text === undefined) return fallback;
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}.`);
}

function tokenize(args: readonly string[], table: OptionTable) {
  const options = Object.entries(table).map(
    ([name, { value }]) => [name, { type: value === undefined ? "boolean" : "string" }] as const,
  );
  return parseArgs({
    args: [...args],
    options: Object.fromEntries(options),
    strict: false,
    tokens: true,
  }).tokens;
}

function toValue(name: string, option: Option, values: readonly string[] | undefined) {
  if (option.value === undefined) return values !== undefined;
  if (option.required && values === undefined) throw new UsageError(`--${name} ${option.value} is needed.`);
  return option.multiple ? (values ?? []) : values?.[0];
}

function explainUnknown(rawName: string, name: string, known: readonly string[]): string {
  const meant = closestName(name, known);
  return `Unknown option: ${rawName}.${meant === undefined ? "" : ` Did you mean --${meant}?`}`;
}
