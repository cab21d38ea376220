import type Stripe from "stripe";
import { toDate } from "./epoch.js";

/** A portal configuration that was made from code. */
export interface PortalConfiguration {
  readonly id: string;
  /** What the Dashboard calls it. */
  readonly name: string | null;
  readonly headline: string | null;
  readonly active: boolean;
  /** True where it offers nothing of one tenant's alone, and every tenant with the same specification uses it. */
  readonly shared: boolean;
  /** Where customers log in by e-mail; null where the specification has no login page. */
  readonly loginPageUrl: string | null;
  readonly createdAt: Date;
  readonly livemode: boolean;
}

export function toPortalConfiguration(
  configuration: Stripe.BillingPortal.Configuration,
  shared: boolean,
): PortalConfiguration {
  const { id, name, business_profile: profile, active, login_page: login } = configuration;
  return Object.freeze({
    id,
    name: name ?? null,
    headline: profile.headline,
    active,
    shared,
    loginPageUrl: login.url,
    createdAt: toDate(configuration.created),
    livemode: configuration.livemode,
  });
}
