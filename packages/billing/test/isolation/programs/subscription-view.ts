import { expect } from "vitest";
import type { Subscription } from "../../../src/index.js";
import type { SubscriptionModel, TenantModel } from "./model.js";

/** What the library shows of a subscription is what the model says of it. */
export function expectSubscription(
  view: Subscription | undefined,
  model: SubscriptionModel,
  owner: TenantModel,
): void {
  expect(view).toMatchObject({
    id: model.id,
    customerId: owner.customerId,
    status: model.ended ? "canceled" : "active",
    items: [{ price: { id: model.price.id }, quantity: model.quantity }],
    collectionPause: model.isPaused ? { invoices: "void" } : null,
    defaultPaymentMethodId: model.paymentMethodId,
  });
  expect(view?.metadata["note"]).toBe(model.note);
  expect(view?.endedAt instanceof Date).toBe(model.ended);
  const end = model.cancels === "period_end" ? view?.currentPeriodEnd : model.cancels;
  expect(view?.cancelsAt).toEqual(model.ended || end === "never" ? null : end);
  const { scheduled } = model;
  expect(view?.scheduledChange?.items ?? null).toEqual(
    model.ended || scheduled === null
      ? null
      : [{ priceId: scheduled.price.id, quantity: scheduled.quantity }],
  );
}
