/** What Stripe makes beside what a call names: a subscription's items and its invoices, which the views do not name. */
import { expect } from "vitest";
import type { SubscriptionModel, TenantModel } from "./model.js";
import type { Program } from "./program.js";
import { accountOptions } from "./step.js";

/** A new subscription, which the model has from then on. */
export async function claimSubscription(
  { realm, owners }: Program,
  owner: TenantModel,
  made: Pick<SubscriptionModel, "id" | "price" | "quantity"> & Partial<SubscriptionModel>,
): Promise<SubscriptionModel> {
  const options = accountOptions(realm.accountOf(owner.tenantId));
  const { items } = await realm.backdoor.subscriptions.retrieve(made.id, {}, options);
  owners.claim(owner.tenantId, [made.id, ...items.data.map(({ id }) => id)].join(" "));
  const subscription: SubscriptionModel = {
    scheduled: null,
    cancels: "never",
    ended: false,
    isPaused: false,
    paymentMethodId: null,
    note: undefined,
    ...made,
  };
  owner.subscriptions.push(subscription);
  return subscription;
}

/** Adds the tenant's newest invoices to the model, of which there must be so many. */
export async function noteInvoices(
  { realm, owners }: Program,
  owner: TenantModel,
  count: number,
): Promise<void> {
  const options = accountOptions(realm.accountOf(owner.tenantId));
  const params = { customer: owner.customerId, limit: 100 };
  const { data } = await realm.backdoor.invoices.list(params, options);
  const known = new Set(owner.invoiceIds);
  const made = data.flatMap(({ id }) => (known.has(id) ? [] : id)).reverse();
  expect(made).toHaveLength(count);
  owners.claim(owner.tenantId, made.join(" "));
  owner.invoiceIds.push(...made);
}
