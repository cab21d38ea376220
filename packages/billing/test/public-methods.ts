import { StripeBillingService } from "../src/index.js";

/** The service's methods, and the ones among them that act for a tenant. */
export type PublicMethod = keyof StripeBillingService;
export type TenantMethod = Exclude<
  PublicMethod,
  | "forTenant"
  | "asOperator"
  | "listSharedProducts"
  | "listEvents"
  | "listAccountSubscriptions"
  | "resolveTenant"
  | "forgetCatalog"
  | "receiverFacts"
  | "forgetCustomer"
>;

/** Lists them at run time, so that a suite can fail for a method it forgot. */
export function publicMethods(): string[] {
  return Object.getOwnPropertyNames(StripeBillingService.prototype)
    .filter((name) => name !== "constructor")
    .sort();
}
