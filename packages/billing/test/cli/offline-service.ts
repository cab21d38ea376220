import { StripeBillingService } from "../../src/index.js";

/** An application's own service, for which nothing answers. */
export const billing: StripeBillingService = new StripeBillingService({
  stripe: {
    rawRequest: () => Promise.reject(Object.assign(new Error("offline"), { type: "StripeConnectionError" })),
  },
  portal: { returnUrl: "https://{tenant}.example.com/billing" },
});
