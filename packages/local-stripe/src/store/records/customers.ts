import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type CustomerRecord = Readonly<
  Omit<Stored<Stripe.Customer>, "deleted" | "sources" | "subscriptions" | "tax" | "tax_ids">
>;

export type TaxIdRecord = Readonly<Omit<Stored<Stripe.TaxId>, "deleted">>;
