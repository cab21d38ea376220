import type { PortalConfigurationSpec } from "@repo/billing";
import type { Workspace } from "./workspaces.js";

/** What the back office decides about a tenant's customer portal. */
export interface PortalBranding {
  readonly headline: string;
  readonly privacyPolicyUrl: string | undefined;
  readonly termsOfServiceUrl: string | undefined;
  readonly canCancel: boolean;
  readonly canChangePlan: boolean;
}

export function startBranding(name: string): PortalBranding {
  return {
    headline: `Billing for ${name}`,
    privacyPolicyUrl: undefined,
    termsOfServiceUrl: undefined,
    canCancel: true,
    canChangePlan: true,
  };
}

/** The tenant's portal configuration as code: the library finds it in Stripe, or creates it there. */
export function toPortalSpec({ plans, branding }: Workspace): PortalConfigurationSpec {
  const { headline, privacyPolicyUrl, termsOfServiceUrl, canCancel, canChangePlan } = branding;
  return {
    headline,
    privacyPolicyUrl,
    termsOfServiceUrl,
    features: {
      invoiceHistory: true,
      paymentMethodUpdate: true,
      customerUpdate: { allowedUpdates: ["email", "name", "address", "tax_id"] },
      ...(canCancel && {
        subscriptionCancel: {
          mode: "at_period_end",
          reasons: ["too_expensive", "missing_features", "unused", "other"],
        },
      }),
      ...(canChangePlan && {
        subscriptionUpdate: {
          allowedUpdates: ["price"],
          // An upgrade is charged at once; a downgrade starts with the next period.
          prorationBehavior: "always_invoice",
          scheduleAtPeriodEnd: ["decreasing_item_amount"],
          products: plans,
        },
      }),
    },
  };
}
