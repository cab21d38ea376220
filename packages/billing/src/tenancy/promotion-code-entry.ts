import { InvalidArgumentError } from "../errors.js";

/**
 * Where customers may type promotion codes, Stripe takes any active code of the account, and nothing can keep it to some of
 * them. So all the account's codes have to be for whoever types them: in an account of the tenant's own, or because the
 * settings say that no code is one tenant's alone.
 */
export function mayEnterAnyCode(account: string | undefined, codes: PromotionCodes | undefined): boolean {
  // guard (as true): codes are for all where an account is the tenant's own or the settings say so
  return account !== undefined || codes === "shared";
}

/** The settings' word on the promotion codes of an account that tenants share. */
export type PromotionCodes = "shared";

/** @throws InvalidArgumentError where a customer could type another tenant's code. */
export function assertMayEnterCodes(
  discounts: { readonly mayEnterCodes: boolean },
  option: string,
  instead: string,
): void {
  // guard (if true): no codes are asked for in an account that tenants share
  if (discounts.mayEnterCodes) return;
  throw new InvalidArgumentError(
    `${option} lets customers type any code of the account, another tenant's as well. ${instead} ` +
      'Where every code is for all tenants, say so in the settings: catalog.promotionCodes: "shared".',
  );
}

/** Whether a request lets customers type promotion codes, in Checkout or in the portal. */
export function allowsCodeEntry(params: object): boolean {
  return Object.entries(params).some(([name, value]) => {
    if (name === "metadata") return false;
    // guard: Checkout's switch for typed codes is known
    // guard (as value === true): another spelling of Checkout's switch is known
    if (name === "allow_promotion_codes") return value !== undefined && value !== false;
    if (typeof value !== "object" || value === null) return false;
    // guard (as false): typed codes are looked for deeper as well
    if (name !== "default_allowed_updates") return allowsCodeEntry(value);
    // guard (as false): the portal's switch for typed codes is known
    return Object.values(value).includes("promotion_code");
  });
}
