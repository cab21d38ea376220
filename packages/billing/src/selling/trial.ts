import * as z from "zod/mini";
import { InvalidArgumentError } from "../errors.js";
import { toEpochSeconds } from "../views/epoch.js";

/** The trial of a new subscription, in Checkout or without it. */
interface TrialOptions {
  readonly trialDays?: number | undefined;
  readonly trialEnd?: Date | undefined;
  readonly trialWithoutPaymentMethod?: "create_invoice" | "pause" | "cancel" | undefined;
}

type TrialFields = { readonly [Name in keyof TrialOptions]-?: z.ZodMiniType<TrialOptions[Name]> };

const DAYS = "trialDays must be a whole number from 1 to 730.";
const ENDS = ["create_invoice", "pause", "cancel"] as const;

export function trialFields(): TrialFields {
  return {
    trialDays: z.optional(z.int(DAYS).check(z.gte(1, DAYS), z.lte(730, DAYS))),
    trialEnd: z.optional(z.date("trialEnd must be a Date.")),
    trialWithoutPaymentMethod: z.optional(
      z.enum(ENDS, `trialWithoutPaymentMethod must be one of ${ENDS.join(", ")}.`),
    ),
  };
}

/** @throws InvalidArgumentError when both a length and an end are given. */
export function assertOneTrial({ trialDays, trialEnd }: TrialOptions): void {
  if (trialDays === undefined || trialEnd === undefined) return;
  throw new InvalidArgumentError("Give either trialDays or trialEnd.");
}

/** The parameters that Checkout and subscriptions share. */
interface TrialParams {
  readonly trial_period_days?: number;
  readonly trial_end?: number;
  readonly trial_settings?: {
    end_behavior: { missing_payment_method: NonNullable<TrialOptions["trialWithoutPaymentMethod"]> };
  };
}

export function toTrialParams({ trialDays, trialEnd, trialWithoutPaymentMethod }: TrialOptions): TrialParams {
  return {
    ...(trialDays !== undefined && { trial_period_days: trialDays }),
    ...(trialEnd !== undefined && { trial_end: toEpochSeconds(trialEnd) }),
    ...(trialWithoutPaymentMethod && {
      trial_settings: { end_behavior: { missing_payment_method: trialWithoutPaymentMethod } },
    }),
  };
}
