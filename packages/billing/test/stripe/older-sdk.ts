import { createRequire } from "node:module";
import type Stripe from "stripe";

/** The oldest SDK that is supported. Loaded without its types, which would stand for those of every SDK named `stripe`. */
export const Stripe17 = load("17");

/** The first of each major that takes no settings with a request, by what it calls itself. */
export const WITHOUT_SETTINGS: Readonly<Record<string, typeof Stripe>> = {
  "17.0.0": Stripe17,
  "18.0.0": load("18"),
  "19.0.0": load("19"),
  "20.0.0": load("20"),
  "21.0.0": load("21"),
  // 22.0.0 takes them, but names itself by a version that does not.
  "21.0.1": load("22.0"),
};

/** What an application has to tell a client of stripe 17 to 21, which takes no settings with a request. */
export const NO_RETRIES = { maxNetworkRetries: 0 };

function load(version: string): typeof Stripe {
  return createRequire(import.meta.url)(`stripe-${version}`);
}
