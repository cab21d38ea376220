import { invalid } from "../../api-error.js";
import type { AccountData } from "../../store/account-data.js";

/**
 * Refuses a currency other than the one a customer is billed in at present: of its subscriptions, of schedules that are to
 * start, and of Checkout pages for a subscription that are open. `schedule` is the one that is starting now.
 */
export function refuseOtherCurrency(
  account: AccountData,
  customer: string,
  currency: string,
  schedule?: string,
): void {
  const present = currenciesInUse(account, customer, schedule).find((one) => one !== currency);
  if (present === undefined) return;
  throw invalid(
    `You cannot combine currencies on a single customer. This customer has an active subscription, subscription schedule, or Checkout Session with currency ${present}.`,
    "currency",
  );
}

function currenciesInUse(account: AccountData, customer: string, starting: string | undefined): string[] {
  const subscriptions = account.of("subscription").all({ customer, ended: "false" });
  const schedules = account
    .of("subscription_schedule")
    .all({ customer }, ({ id, status }) => status === "not_started" && id !== starting);
  const sessions = account
    .of("checkout.session")
    .all({ customer, status: "open" }, ({ mode }) => mode === "subscription");
  return [
    ...subscriptions.map((one) => one.currency),
    ...schedules.flatMap(({ phases }) => phases.map((phase) => phase.currency)),
    ...sessions.flatMap((one) => one.currency ?? []),
  ];
}
