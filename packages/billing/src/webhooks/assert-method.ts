import { ConfigurationError } from "../errors.js";

/** @throws ConfigurationError when an option's value has no such method. */
export function assertMethod(option: string, value: object, method: string): void {
  if (typeof value === "object" && value !== null && typeof Reflect.get(value, method) === "function") return;
  throw new ConfigurationError(`${option} must be an object with the method ${method}.`);
}
