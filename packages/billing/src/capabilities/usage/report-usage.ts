import * as z from "zod/mini";
import { ConflictError, InvalidArgumentError } from "../../errors.js";
import { checkInput, onFirstUse, optionsObject, text, writeFields } from "../../input.js";
import type { StripeParams } from "../../stripe/calls.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { type IdempotencyOptions, scopedName } from "../../stripe/idempotency.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import { toEpochSeconds } from "../../views/epoch.js";
import { type ReportedUsage, toReportedUsage } from "../../views/reported-usage.js";

export interface ReportUsageOptions extends CallOptions, IdempotencyOptions {
  /** The event name of the meter. */
  readonly eventName: string;
  /** The amount: a whole number of at most 15 digits. A negative one corrects an earlier report. */
  readonly value: number;
  /**
   * Your own id for this report, 1 to 255 printable ASCII characters: a report that is repeated with the same id counts
   * once. It applies to this tenant, customer and event name only. Stripe remembers it for at least 24 hours, so repeat
   * an older report only if you know that it did not arrive.
   */
  readonly identifier: string;
  /**
   * When the usage happened: within the past 35 days, and at most five minutes in the future. Default: when Stripe
   * receives the report.
   */
  readonly timestamp?: Date | undefined;
  /**
   * The payload key in which the meter expects the customer. Default: `"stripe_customer_id"`, which is also Stripe's
   * default for meters.
   */
  readonly customerKey?: string | undefined;
  /** The payload key in which the meter expects the value. Default: `"value"`. */
  readonly valueKey?: string | undefined;
}

const MOST = 999_999_999_999_999;
const VALUE = "value must be a whole number of at most 15 digits.";
const IDENTIFIER = "identifier must be a string of 1 to 255 printable ASCII characters.";

const reportOptions = onFirstUse(() =>
  optionsObject({
    ...writeFields(),
    eventName: text("eventName must be a meter's event name, of 1 to 100 characters.", /^\P{Cc}{1,100}$/u),
    value: z.int(VALUE).check(z.gte(-MOST, VALUE), z.lte(MOST, VALUE)),
    identifier: text(IDENTIFIER, /^[\x20-\x7e]{1,255}$/),
    // Stripe checks its time window itself, because a customer may be on a test clock.
    timestamp: z.optional(z.date("timestamp must be a valid Date.")),
    customerKey: z.optional(payloadKey("customerKey")),
    valueKey: z.optional(payloadKey("valueKey")),
  }),
);

export async function reportUsage(
  scope: TenantScope,
  customer: string | undefined,
  options: ReportUsageOptions,
): Promise<ReportedUsage> {
  const {
    eventName,
    value,
    identifier,
    timestamp,
    customerKey = "stripe_customer_id",
    valueKey = "value",
    idempotencyKey,
  } = checkInput(reportOptions, options);
  if (customerKey === valueKey) throw new InvalidArgumentError("customerKey and valueKey must be different.");
  const customerId = await scope.customerId(customer);
  // guard: a customer is proved before its usage is reported
  await scope.proveCustomer(customerId);

  // Identifiers are unique in the whole account, so each gets its tenant, customer and meter.
  // guard (as scopedName([identifier])): no tenant can take an identifier from another
  const scoped = scopedName([scope.account ?? "", scope.tenantId, customerId, eventName, identifier]);
  const event = await reportOnce(scope, idempotencyKey ?? scoped, {
    event_name: eventName,
    identifier: scoped,
    payload: { [customerKey]: customerId, [valueKey]: String(value) },
    ...(timestamp && { timestamp: toEpochSeconds(timestamp) }),
  });
  return toReportedUsage({ customerId, eventName, identifier, value, timestamp }, event);
}

type MeterEventParams = StripeParams<"POST /v1/billing/meter_events">;

/** Tells if Stripe refused a known identifier, which means that the usage was reported before. */
async function reportOnce(scope: TenantScope, key: string, params: MeterEventParams) {
  try {
    return await scope.write("POST /v1/billing/meter_events", {}, params, key);
  } catch (error) {
    if (error instanceof ConflictError && error.conflictingId === params.identifier) return undefined;
    throw error;
  }
}

function payloadKey(option: string): z.ZodMiniString {
  return text(`${option} must be a key of the meter's payload, such as "value".`, /^[A-Za-z][\w.-]{0,99}$/);
}
