import { ConfigurationError } from "../../../errors.js";
import { assertInteger } from "../../assert-integer.js";

/** The options of every inbox whose claims are leases. */
export interface LeaseOptions {
  /**
   * How long a claim lasts, in seconds. After that another process may take the delivery over, so choose more than the
   * receiver's `handlerTimeoutMs`. Default: 30.
   */
  readonly leaseSeconds?: number | undefined;
  /** Attempts before a delivery is dead. Default 20; with the pauses between them, that takes about two days. */
  readonly maxAttempts?: number | undefined;
  /**
   * How long a handled delivery is remembered, in days. Default and minimum: 35, because Stripe lists events for 30
   * days.
   */
  readonly retentionDays?: number | undefined;
  /**
   * How long a delivery waits while another one of the same Stripe object is being handled, in seconds, before it is
   * answered `busy`. Default: 5.
   */
  readonly objectWaitSeconds?: number | undefined;
}

export interface LeaseSettings {
  readonly leaseMs: number;
  readonly maxAttempts: number;
  readonly retentionMs: number;
  readonly objectWaitMs: number;
}

export const LEASE_OPTIONS: readonly string[] = [
  "leaseSeconds",
  "maxAttempts",
  "retentionDays",
  "objectWaitSeconds",
];

/** @throws {ConfigurationError} when an option is out of range. */
export function toLeaseSettings(options: LeaseOptions): LeaseSettings {
  const { leaseSeconds = 30, maxAttempts = 20, retentionDays = 35, objectWaitSeconds = 5 } = options;
  assertInteger("maxAttempts", maxAttempts, { min: 1, max: 1_000_000 });
  assertInteger("retentionDays", retentionDays, { min: 35, max: 3_650 });
  return {
    leaseMs: toMs("leaseSeconds", leaseSeconds, { min: 0.05, max: 86_400 }),
    maxAttempts,
    retentionMs: retentionDays * 86_400_000,
    objectWaitMs: toMs("objectWaitSeconds", objectWaitSeconds, { min: 0, max: 3_600 }),
  };
}

function toMs(name: string, seconds: number, range: { readonly min: number; readonly max: number }): number {
  if (typeof seconds === "number" && seconds >= range.min && seconds <= range.max) {
    return Math.round(seconds * 1000);
  }
  throw new ConfigurationError(`${name} must be a number from ${range.min} to ${range.max}.`);
}
