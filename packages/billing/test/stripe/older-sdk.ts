import { createRequire } from "node:module";
import type Stripe from "stripe";

/** The oldest SDK that is supported. Loaded without its types, which would stand for those of every SDK named `stripe`. */
export const Stripe17: typeof Stripe = createRequire(import.meta.url)("stripe-17");

/** What an application has to tell a client of stripe 17 to 21, which takes no settings with a request. */
export const NO_RETRIES = { maxNetworkRetries: 0 };
