import fc from "fast-check";
import { expect } from "vitest";
import { payOnPage } from "../../checkout/checkout-page.js";
import { isForSale, isSubscribedTo, type SessionModel, type TenantModel } from "./model.js";
import { claimSubscription, noteInvoices } from "./new-objects.js";
import { callAs, type Program } from "./program.js";
import {
  accountOptions,
  aim,
  type Command,
  type Commands,
  command,
  describe,
  expectForeign,
  expectRefusal,
  ifForeign,
  ifNotSold,
  memberOf,
  priceAt,
  resolve,
  twoAims,
} from "./step.js";

const DISPLAYS = [{ uiMode: "hosted" }, { uiMode: "embedded" }] as const;

/** Pages and forms on which customers subscribe to the caller's prices, or to another's. */
export const CHECKOUT_COMMANDS: Commands<
  "createCheckoutSession" | "getCheckoutSession" | "listCheckoutLineItems"
> = {
  createCheckoutSession: fc
    .tuple(twoAims, fc.integer({ min: 1, max: 2 }), fc.boolean(), fc.constantFrom(...DISPLAYS))
    .map(([[target, offer], quantity, allowSecond, display]) =>
      command(
        `createCheckoutSession ${describe(target)}${allowSecond ? " again" : ""}, ${display.uiMode}, ${quantity} of price ${describe(offer)}`,
        async (model, program) => {
          const { caller, owner } = resolve(model, target);
          const price = priceAt(model, offer);
          const outcome = await callAs(program, caller, (bound) =>
            bound.createCheckoutSession({
              customerId: owner.customerId,
              priceId: price.id,
              quantity,
              allowSecond,
              ...display,
            }),
          );
          const isSecond = !allowSecond && isSubscribedTo(owner, price.product);
          const refusal = ifForeign(caller, owner) ?? ifNotSold(caller, price);
          if (expectRefusal(outcome, refusal ?? (isSecond ? "conflict" : undefined))) return;
          const { id } = outcome.result;
          expect(outcome.result).toMatchObject({ customerId: owner.customerId, status: "open", ...display });
          const open = owner.sessions.filter(({ status }) => status === "open");
          const same = open
            .reverse()
            .find(
              (one) =>
                one.isFound &&
                one.price === price &&
                one.quantity === quantity &&
                one.uiMode === display.uiMode,
            );
          if (same !== undefined) {
            expect(id).toBe(same.id);
            return;
          }
          // Nobody is to pay for the same on two pages.
          for (const one of open)
            if (!allowSecond && one.price.product === price.product) one.status = "expired";
          program.owners.claim(owner.tenantId, id);
          owner.sessions.push({ id, price, quantity, ...display, isFound: true, status: "open" });
        },
      ),
    ),
  listCheckoutLineItems: aim.map((target) =>
    command(`listCheckoutLineItems ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { id, price, quantity } = memberOf(owner.sessions, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.listCheckoutLineItems(id));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject([{ priceId: price.id, quantity }]);
    }),
  ),
  getCheckoutSession: aim.map((target) =>
    command(`getCheckoutSession ${describe(target)}`, async (model, program) => {
      const { caller, owner } = resolve(model, target);
      const { id, uiMode, status } = memberOf(owner.sessions, target.index);
      const outcome = await callAs(program, caller, (bound) => bound.getCheckoutSession(id));
      if (expectForeign(outcome, caller, owner)) return;
      expect(outcome.result).toMatchObject({ id, uiMode, status, customerId: owner.customerId });
    }),
  ),
};

export const CHECKOUT_STEPS: readonly fc.Arbitrary<Command>[] = [
  aim.map((target) =>
    command(`Stripe: a customer pays ${describe(target)}`, async (model, program) => {
      const owner = memberOf(model.tenants, target.owner);
      const session = memberOf(owner.sessions, target.index);
      if (session.status !== "open" || !isForSale(session.price)) return;
      const { realm } = program;
      const options = accountOptions(realm.accountOf(owner.tenantId));
      const { url, client_secret: secret } = await realm.backdoor.checkout.sessions.retrieve(
        session.id,
        {},
        options,
      );
      // Stripe.js shows a form of this address.
      await payOnPage(url ?? `${realm.world.local.url}/p/checkout/${secret}`);
      session.status = "complete";
      await noteSale(program, owner, session);
    }),
  ),
];

/** The subscription that was bought on a page, and the card that pays for it. */
async function noteSale(
  program: Program,
  owner: TenantModel,
  { id: sessionId, price, quantity }: SessionModel,
): Promise<void> {
  const { realm, owners } = program;
  const options = accountOptions(realm.accountOf(owner.tenantId));
  const expand = ["subscription"];
  const { subscription } = await realm.backdoor.checkout.sessions.retrieve(sessionId, { expand }, options);
  if (typeof subscription !== "object" || subscription === null) throw new Error("Nothing was bought.");
  const { id, default_payment_method: method } = subscription;
  if (typeof method !== "string") throw new Error("It was bought without a card.");
  owners.claim(owner.tenantId, method);
  owner.paymentMethodIds.push(method);
  await claimSubscription(program, owner, { id, price, quantity, paymentMethodId: method });
  await noteInvoices(program, owner, 1);
}
