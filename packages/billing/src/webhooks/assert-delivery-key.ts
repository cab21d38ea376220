import { InvalidArgumentError } from "../errors.js";
import type { DeliveryKey } from "./inbox/inbox.js";

const KEYS: ReadonlySet<string> = new Set(["eventId", "livemode", "account"]);

/**
 * Refuses what is no key: half of one could name the delivery of another account or mode.
 *
 * @throws {InvalidArgumentError}
 */
export function assertDeliveryKey(key: DeliveryKey): void {
  const given: object = typeof key === "object" && key !== null ? key : {};
  const account: unknown = Reflect.get(given, "account");
  if (
    typeof Reflect.get(given, "eventId") === "string" &&
    typeof Reflect.get(given, "livemode") === "boolean" &&
    (account === undefined || typeof account === "string") &&
    Object.keys(given).every((name) => KEYS.has(name))
  ) {
    return;
  }
  throw new InvalidArgumentError(
    "The delivery must be given by its key: its eventId, its livemode as a boolean, and its account if it has one. " +
      "Outcomes have it as delivery, and dead deliveries as key.",
  );
}
