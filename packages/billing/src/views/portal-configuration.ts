import type Stripe from "stripe";
import { toDate } from "./epoch.js";

/** A portal configuration that was made from code. */
export interface PortalConfiguration {
  readonly id: string;
  /** Its name in the Dashboard. */
  readonly name: string | null;
  readonly headline: string | null;
  readonly active: boolean;
  /** True if it offers nothing of a single tenant, so that all tenants with the same specification use it. */
  readonly shared: boolean;
  /** The page where customers log in by e-mail; null if the specification has no login page. */
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
