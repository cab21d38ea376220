import { ApiError } from "../api-error.js";
import { endDiscount, isRunning } from "../billing/discounts/redemption.js";
import { type Resource, route } from "../declare/route.js";
import type { Transaction } from "../store/account-data.js";
import type { Wire } from "../store/wire.js";

/** Discounts of subscriptions and their items. They come and go with the requests of others. */
export const discounts: Resource<"discount"> = {
  kind: {
    object: "discount",
    noun: "discount",
    keys: { subscription: (discount) => [discount.subscription] },
    render: ({ created: _created, endedAt: _ended, terms: _terms, test_clock: _clock, ...discount }) =>
      discount,
    expandable: {
      customer: "customer",
      promotion_code: "promotion_code",
      source: "shown",
      "source.coupon": "coupon",
    },
    due: {
      at: ({ end, endedAt }) => (endedAt === null ? end : null),
      run: (tx, { id }) => endDiscount(tx, id),
    },
  },
  permission: "subscription",
  routes: [
    route("DELETE /v1/subscriptions/:id/discount", {}, ({ tx, account, id }) => {
      const subscription = account.getFromPath("subscription", id);
      tx.followClock(subscription);
      const running = subscription.discounts.filter((one) => isRunning(account, one, tx.now));
      const [first] = running;
      if (first === undefined) {
        throw new ApiError(404, `No active discount for subscription: ${id}`, { code: "resource_missing" });
      }
      for (const one of running) endDiscount(tx, one);
      const { end: _end, ...ended } = account.render("discount", account.getFromPath("discount", first));
      return { ...ended, deleted: true };
    }),
  ],
  reactions: { "invoice.created": useUp },
};

/** Ends a discount that counts once after the first invoice that it reduces. */
function useUp(tx: Transaction, shown: Wire): void {
  const invoice = tx.account.getFromPath("invoice", String(shown["id"]));
  for (const { amount, discount: id } of invoice.total_discount_amounts ?? []) {
    const discount = tx.account.of("discount").get(id);
    if (amount > 0 && discount?.terms.isOnce === true && discount.endedAt === null) endDiscount(tx, id);
  }
}
