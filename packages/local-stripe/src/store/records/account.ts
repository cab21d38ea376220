import type Stripe from "stripe";
import type { Stored } from "../stored.js";

export type AccountRecord = Readonly<
  Omit<
    Stored<Stripe.Account>,
    | "capabilities"
    | "company"
    | "controller"
    | "created"
    | "deleted"
    | "external_accounts"
    | "future_requirements"
    | "groups"
    | "individual"
    | "requirements"
    | "tos_acceptance"
  >
> & { readonly created: number };

export type TestClockRecord = Readonly<Omit<Stored<Stripe.TestHelpers.TestClock>, "deleted">>;
