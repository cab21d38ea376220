import { callFields, checkInput, onFirstUse, optionsObject } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { rateField } from "../adoption/adopt.js";
import { eachPage, type OpenScope } from "../each-page.js";
import { dateField, toCreatedParam } from "./list-fields.js";
import { tenantOf } from "./owned-page.js";

/** Options of `sumRevenue`. `timeoutMs` limits each request here, not the whole call. */
export interface SumRevenueOptions extends CallOptions {
  /** Counts invoices created at this moment or later, */
  readonly createdFrom: Date;
  /** and before this one. */
  readonly createdBefore: Date;
  /** The most requests to send in a second, 1 to 1000. Default: 20. */
  readonly requestsPerSecond?: number | undefined;
}

/** What one tenant paid in one currency. */
export interface Revenue {
  /** Null for customers without an owner. */
  readonly tenantId: string | null;
  /** ISO 4217, in lower case as Stripe writes it. */
  readonly currency: string;
  /** In the currency's minor unit; refunds and credit notes are not subtracted. */
  readonly amountPaid: number;
  readonly invoices: number;
}

const sumOptions = onFirstUse(() =>
  optionsObject({
    ...callFields(),
    createdFrom: dateField("createdFrom"),
    createdBefore: dateField("createdBefore"),
    requestsPerSecond: rateField(),
  }),
);

export interface RevenueSettings {
  readonly created: ReturnType<typeof toCreatedParam>;
  readonly requestsPerSecond: number;
}

export function parseSumOptions(options: SumRevenueOptions): RevenueSettings {
  const { requestsPerSecond = 20, ...span } = checkInput(sumOptions, options);
  return { created: toCreatedParam(span), requestsPerSecond };
}

export async function sumRevenue(
  open: OpenScope,
  { created }: Pick<RevenueSettings, "created">,
): Promise<readonly Revenue[]> {
  const sums = new Map<string, Revenue>();
  const params = { ...created, status: "paid" as const, expand: ["data.customer"] };
  for await (const page of eachPage(open, "GET /v1/invoices", params)) {
    for (const { customer, currency, amount_paid: paid } of page) {
      const tenantId = await tenantOf(open(), customer);
      const key = `${tenantId} ${currency}`;
      const { amountPaid, invoices } = sums.get(key) ?? { amountPaid: 0, invoices: 0 };
      sums.set(
        key,
        Object.freeze({ tenantId, currency, amountPaid: amountPaid + paid, invoices: invoices + 1 }),
      );
    }
  }
  return Object.freeze([...sums.values()].sort(byTenant));
}

function byTenant(a: Revenue, b: Revenue): number {
  const [left, right] = [a, b].map(({ tenantId, currency }) => `${tenantId ?? ""} ${currency}`);
  return String(left) < String(right) ? -1 : 1;
}
