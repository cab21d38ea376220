import { ApiError, notImplemented } from "../api-error.js";
import { hasParameter, hasValue } from "./specification.js";

/** Refuses parameters that the call does not declare. */
export class UnknownParameters extends ApiError {
  readonly names: readonly string[];

  constructor(names: readonly string[]) {
    const plural = names.length > 1 ? "s" : "";
    super(400, `Received unknown parameter${plural}: ${names.join(", ")}`, {
      code: "parameter_unknown",
      ...(names[0] !== undefined && { param: names[0] }),
    });
    this.names = names;
  }
}

/** Refuses a value that the parameter does not declare. */
export class UnknownValue extends ApiError {
  readonly value: string;

  constructor(value: string, param: string, message: string) {
    super(400, message, { param });
    this.value = value;
  }
}

/** Turns the refusal of a parameter or value that Stripe has into a 501, because Stripe would not refuse it. */
export function withoutBlame(error: unknown, call: string): unknown {
  if (error instanceof UnknownParameters) {
    const unknown = error.names.filter((name) => !hasParameter(call, name));
    if (unknown.length > 0) return new UnknownParameters(unknown);
    return notImplemented(`the parameter ${error.names[0]} of ${call}`, error.names[0]);
  }
  if (error instanceof UnknownValue) {
    const { value } = error;
    const param = error.details.param ?? "";
    if (hasValue(call, param, value))
      return notImplemented(`the value ${value} of ${param} of ${call}`, param);
  }
  return error;
}
