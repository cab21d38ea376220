import { suggestName } from "./suggest-name.js";

/** Returns what a value must be, or `undefined` for one that is right. */
export type Check = (value: unknown) => string | undefined;

export type Checks<T> = { readonly [Name in keyof T]-?: Check };

/**
 * Refuses a name that a call does not know and a value of another kind, so that a misspelled option does not silently do
 * nothing. What the options inherit is read as well, and so it is checked.
 *
 * @throws TypeError that names the call and the option.
 */
export function checkOptions(call: string, options: object, checks: Readonly<Record<string, Check>>): void {
  requireObject(call, options);
  const known = Object.keys(checks);
  for (const name in options) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      const meant = suggestName(name, known);
      const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
      throw new TypeError(`${call} has no option "${name}"${hint}. Its options are ${known.join(", ")}.`);
    }
    const value: unknown = Reflect.get(options, name);
    const expected = value === undefined ? undefined : check(value);
    if (expected !== undefined) throw new TypeError(`The option "${name}" of ${call} must be ${expected}.`);
  }
}

/**
 * Refuses options that their `kind` does not have. Each kind has options of its own beside the `common` ones.
 *
 * @throws TypeError that names the call, the kind and the option.
 */
export function checkOptionsOfKind(
  call: string,
  options: { readonly kind: string },
  kinds: Readonly<Record<string, Readonly<Record<string, Check>>>>,
  common: Readonly<Record<string, Check>>,
): void {
  requireObject(call, options);
  const kind = isOneOf(...Object.keys(kinds));
  if (options.kind === undefined) {
    // The kind itself may be what is misspelled, and any kind's options may stand beside it.
    checkOptions(call, options, Object.assign({ kind }, ...Object.values(kinds), common));
    requireOptions(call, options, ["kind"]);
  }
  checkOptions(call, { kind: options.kind }, { kind });
  checkOptions(`${call} with the kind "${options.kind}"`, options, {
    kind,
    ...kinds[options.kind],
    ...common,
  });
}

function requireObject(call: string, options: unknown): void {
  if (typeof options === "object" && options !== null && !Array.isArray(options)) return;
  throw new TypeError(`The options of ${call} must be an object.`);
}

/** Refuses an argument of another kind. @throws TypeError that names the call and the argument. */
export function checkArgument(call: string, name: string, value: unknown, check: Check): void {
  const expected = check(value);
  if (expected !== undefined) throw new TypeError(`The argument "${name}" of ${call} must be ${expected}.`);
}

/** Also refuses `undefined`, for an option that may not be left out. */
export function requireOptions(call: string, options: object, names: readonly string[]): void {
  for (const name of names) {
    if (Reflect.get(options, name) === undefined) throw new TypeError(`${call} needs the option "${name}".`);
  }
}

export function isText(value: unknown): string | undefined {
  return typeof value === "string" ? undefined : "a string";
}

export function isAccountId(value: unknown): string | undefined {
  return typeof value === "string" && /^acct_\w+$/.test(value) ? undefined : "an account's id, acct_…";
}

export function isFlag(value: unknown): string | undefined {
  return typeof value === "boolean" ? undefined : "true or false";
}

export function isFunction(value: unknown): string | undefined {
  return typeof value === "function" ? undefined : "a function";
}

export function isWhole(min: number, max: number = Number.MAX_SAFE_INTEGER): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value) =>
    typeof value === "number" && Number.isSafeInteger(value) && value >= min && value <= max
      ? undefined
      : `a whole number ${range}`;
}

/** The milliseconds of a timer, which would fire at once if they were more. */
export function isTimerMs(least: number): Check {
  return isWhole(least, 2 ** 31 - 1);
}

export function isOneOf(...values: readonly unknown[]): Check {
  const shown = values.map((value) => JSON.stringify(value)).join(", ");
  return (value) => (values.includes(value) ? undefined : `one of ${shown}`);
}

export function isListOf(check: Check): Check {
  const element = check(undefined);
  return (value) =>
    Array.isArray(value) && value.every((one) => check(one) === undefined)
      ? undefined
      : `a list, each ${element}`;
}
