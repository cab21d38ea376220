import { ModeMismatchError } from "../errors.js";
import type { WebhookEvent } from "./events.js";
import type { Pipeline } from "./pipeline.js";
import type { VerifiedEvent } from "./verification/verifier.js";

/** What an event of the service's mode says; `undefined` where the service does not tell its mode. */
export function toLivemode(mode: "live" | "test" | undefined): boolean | undefined {
  return mode === undefined ? undefined : mode === "live";
}

/** Finds that an event is of another mode than the service, or than the secret that signed it. */
export function findModeError<TBilling, Tx>(
  { mode }: Pipeline<TBilling, Tx>,
  { livemode }: Pick<WebhookEvent, "livemode">,
  [mismatch]: VerifiedEvent["mismatches"],
): ModeMismatchError | undefined {
  if (mismatch instanceof ModeMismatchError) return mismatch;
  const eventMode = livemode ? "live" : "test";
  return mode === undefined || mode === eventMode
    ? undefined
    : new ModeMismatchError(`A ${eventMode}-mode event arrived, and billing has a ${mode}-mode key.`);
}
