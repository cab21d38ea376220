import { ApiError, invalid, notImplemented } from "../api-error.js";
import { type Form, type FormValue, toElements } from "./form.js";
import { UnknownParameters, UnknownValue } from "./refusals.js";

/** One parameter. `read` parses its text or refuses it; `name` is as Stripe writes it, `a[0][b]`. */
export interface Param<T> {
  readonly read: (value: FormValue, name: string) => T;
  readonly required?: boolean;
  /** Stripe has this parameter, but this server does not. */
  readonly unsupported?: true;
}
interface RequiredParam<T> extends Param<T> {
  readonly required: true;
}

export type Shape = Readonly<Record<string, Param<unknown>>>;
type ValueOf<P> = P extends Param<infer T> ? T : never;
type RequiredNames<S> = { [K in keyof S]: S[K] extends RequiredParam<unknown> ? K : never }[keyof S];

/** The values of a request after its parameters were read by their shape. A parameter that was not sent is absent. */
export type Values<S> = { readonly [K in RequiredNames<S>]: ValueOf<S[K]> } & {
  readonly [K in Exclude<keyof S, RequiredNames<S>>]?: ValueOf<S[K]>;
};

/** Reads a form by its shape, and refuses what the shape does not name. */
export function readParams<S extends Shape>(shape: S, form: Form, call: string, within = ""): Values<S> {
  const named = (name: string): string => (within === "" ? name : `${within}[${name}]`);
  const unknown = Object.keys(form).filter((name) => !Object.hasOwn(shape, name));
  if (unknown.length > 0) throw new UnknownParameters(unknown.map(named));

  const values: Record<string, unknown> = {};
  for (const [name, param] of Object.entries(shape)) {
    const value = form[name];
    if (value === undefined) {
      if (param.required)
        throw invalid(`Missing required param: ${named(name)}.`, named(name), "parameter_missing");
      continue;
    }
    if (param.unsupported) throw notImplemented(`the parameter ${named(name)} of ${call}`, named(name));
    const read = param.read(value, named(name));
    if (read !== undefined) values[name] = read;
  }
  // The loop above has put a value of the declared type under each name, and under every required one.
  return values as Values<S>;
}

export function required<T>(param: Param<T>): RequiredParam<T> {
  return { ...param, required: true };
}

/** An empty value clears the field; it is read as `null`. */
export function clearable<T>(param: Param<T>): Param<T | null> {
  return { read: (value, name) => (value === "" ? null : param.read(value, name)) };
}

/**
 * Parameters that Stripe has and this server does not, and that the specification lacks as well: newer ones, and old ones
 * that it no longer lists. They get a 501; what the specification lists gets it without being named here.
 */
export function unsupported<const Names extends string>(
  ...names: readonly Names[]
): Record<Names, Param<never>> {
  const param: Param<never> = {
    unsupported: true,
    read: (_value, name) => {
      throw notImplemented(`the parameter ${name}`, name);
    },
  };
  // `Object.fromEntries` widens the names to any string.
  return Object.fromEntries(names.map((name) => [name, param])) as Record<Names, Param<never>>;
}

export function text(options: { readonly max?: number } = {}): Param<string> {
  const max = options.max ?? 5000;
  return {
    read: (value, name) => {
      if (typeof value !== "string") throw invalid(`Invalid string: ${shown(value)}`, name);
      if (value === "") throw emptyValue(name);
      if (value.length > max) {
        throw invalid(`Invalid string: ${short(value)}; must be at most ${max} characters`, name);
      }
      return value;
    },
  };
}

/** Text; the empty string is allowed. */
export function anyText(): Param<string> {
  return {
    read: (value, name) => {
      if (typeof value !== "string") throw invalid(`Invalid string: ${shown(value)}`, name);
      return value;
    },
  };
}

export function integer(options: { readonly min?: number; readonly max?: number } = {}): Param<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options;
  return {
    read: (value, name) => {
      if (value === "") throw emptyValue(name);
      if (typeof value !== "string" || !/^-?\d+$/.test(value)) {
        throw invalid(`Invalid integer: ${shown(value)}`, name, "parameter_invalid_integer");
      }
      const number = Number(value);
      const bound =
        number > max ? `less than or equal to ${max}` : number < min ? `greater than or equal to ${min}` : "";
      if (bound !== "") {
        throw invalid(
          `This value must be ${bound} (it currently is '${value}').`,
          name,
          "parameter_invalid_integer",
        );
      }
      return number;
    },
  };
}

/** Seconds since 1970. */
export function timestamp(): Param<number> {
  return integer({ min: 0, max: 99_999_999_999 });
}

export function decimal(): Param<string> {
  return {
    read: (value, name) => {
      if (typeof value === "string" && /^-?\d+(\.\d{1,12})?$/.test(value)) return value;
      throw invalid(`Invalid decimal: ${shown(value)}`, name);
    },
  };
}

export function bool(): Param<boolean> {
  return {
    read: (value, name) => {
      if (value === "true" || value === "1") return true;
      if (value === "false" || value === "0") return false;
      if (value === "") throw emptyValue(name);
      throw invalid(`Invalid boolean: ${shown(value)}`, name);
    },
  };
}

export function oneOf<const Choice extends string>(...choices: readonly Choice[]): Param<Choice> {
  return {
    read: (value, name) => {
      const choice = choices.find((one) => one === value);
      if (choice !== undefined) return choice;
      if (value === "") throw emptyValue(name);
      const message = `Invalid ${lastPart(name)}: must be ${choices.length > 1 ? "one of " : ""}${orList(choices)}`;
      throw typeof value === "string" ? new UnknownValue(value, name, message) : invalid(message, name);
    },
  };
}

export function list<T>(element: Param<T>, options: { readonly max?: number } = {}): Param<T[]> {
  return {
    read: (value, name) => {
      const elements = typeof value === "string" ? undefined : toElements(value);
      if (elements === undefined) throw invalid("Invalid array", name);
      if (options.max !== undefined && elements.length > options.max) {
        throw invalid(
          `Too many items in ${name}: at most ${options.max} are allowed, you passed ${elements.length}.`,
          name,
        );
      }
      return elements.map((one, at) => element.read(one, `${name}[${at}]`));
    },
  };
}

/** An empty value means an empty list. */
export function clearableList<T>(element: Param<T>, options: { readonly max?: number } = {}): Param<T[]> {
  const elements = list(element, options);
  return { read: (value, name) => (value === "" ? [] : elements.read(value, name)) };
}

export function hash<S extends Shape>(shape: S): Param<Values<S>> {
  return {
    read: (value, name) => {
      if (typeof value === "string") throw invalid("Invalid object", name);
      return readParams(shape, value, name, name);
    },
  };
}

/** Two forms of a parameter: the first that can read it wins. If neither can, the error is that of the second. */
export function either<A, B>(first: Param<A>, second: Param<B>): Param<A | B> {
  return {
    read: (value, name) => {
      try {
        return first.read(value, name);
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 400) throw error;
        return second.read(value, name);
      }
    },
  };
}

export interface Range {
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/** A moment, or bounds around it. */
export function range(): Param<Range> {
  const bounds = hash({ gt: timestamp(), gte: timestamp(), lt: timestamp(), lte: timestamp() });
  const moment = timestamp();
  return {
    read: (value, name) => {
      if (typeof value !== "string") return bounds.read(value, name);
      const at = moment.read(value, name);
      return { gte: at, lte: at };
    },
  };
}

export function isWithin(bounds: Range, moment: number): boolean {
  return (
    moment > (bounds.gt ?? Number.NEGATIVE_INFINITY) &&
    moment >= (bounds.gte ?? Number.NEGATIVE_INFINITY) &&
    moment < (bounds.lt ?? Number.POSITIVE_INFINITY) &&
    moment <= (bounds.lte ?? Number.POSITIVE_INFINITY)
  );
}

function emptyValue(name: string): ApiError {
  return invalid(
    `You passed an empty string for '${name}'. We assume empty values are an attempt to unset a parameter; however '${name}' cannot be unset. You should remove '${name}' from your request or supply a non-empty value.`,
    name,
    "parameter_invalid_empty",
  );
}

function lastPart(name: string): string {
  return /\[([^\]]*[^\]\d][^\]]*)\](?:\[\d+\])?$/.exec(name)?.[1] ?? name;
}

function orList(choices: readonly string[]): string {
  if (choices.length < 3) return choices.join(" or ");
  return `${choices.slice(0, -1).join(", ")}, or ${choices.at(-1)}`;
}

function shown(value: FormValue): string {
  return short(typeof value === "string" ? value : JSON.stringify(value));
}

/** The beginning of what was sent, for a message. */
export function short(value: string): string {
  return value.length > 100 ? `${value.slice(0, 100)}...` : value;
}
