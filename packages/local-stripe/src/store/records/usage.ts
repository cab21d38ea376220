import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type MeterRecord = Readonly<Stored<Stripe.Billing.Meter>>;

export type MeterEventRecord = Readonly<Stored<Stripe.Billing.MeterEvent>> & {
  readonly id: string;
  readonly meter: string;
  readonly customer: string;
  readonly value: number;
  /** Unix time of the server, whatever the customer's test clock says: from here on its identifier is taken for a day. */
  readonly receivedAt: number;
};
