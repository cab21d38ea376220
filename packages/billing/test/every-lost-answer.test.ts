import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BillingError, isBillingError, type StripeBillingService } from "../src/index.js";
import { answer, clientThat } from "./isolation/intercepted-client.js";
import { publicMethods, type TenantMethod } from "./public-methods.js";
import {
  addOpenInvoice,
  EVENT_NAME,
  RETURN_URL,
  type StripeWorld,
  sdkFor,
  startStripeWorld,
  type TenantWorld,
} from "./stripe-world.js";
import { addCard, addPlan, addPrice } from "./subscriptions/plans.js";
import { stateOf, withoutNames } from "./tenant-state.js";

/** The options of a retry. */
interface Key {
  readonly idempotencyKey?: string;
}

interface Target {
  readonly billing: StripeBillingService;
  readonly own: TenantWorld;
  /** What `prepare` made. */
  readonly id: string;
}

interface Row {
  /** Makes what the call needs, and gives the id of it. */
  readonly prepare?: (own: TenantWorld, billing: StripeBillingService) => Promise<string>;
  readonly call: (target: Target, key: Key) => Promise<unknown>;
  /** Which lost answer the call looks for itself, so that it succeeds. */
  readonly looksFor?: "all" | "the last";
  /** Whether the answer names what this very call has done, so that a retry names only the rest. */
  readonly namesOwnWork?: true;
}

type ReadingMethod = Extract<
  TenantMethod,
  `find${string}` | `get${string}` | `list${string}` | `has${string}` | `preview${string}`
>;
type WritingMethod = Exclude<TenantMethod, ReadingMethod | "diagnosePortal" | "fetchEventObject">;

const newCustomer = async () =>
  (await world.stripe.customers.create({ metadata: { tenantId: tenantIdNow } })).id;
const anOpenInvoice = (own: TenantWorld) => addOpenInvoice(world.stripe, own);
const anotherPrice = async (own: TenantWorld) => (await addPlan(world, own.tenantId)).priceId;
const withSecondItem = async (own: TenantWorld) => {
  const price = await anotherPrice(own);
  await world.stripe.subscriptions.update(own.subscriptionId, { items: [{ price }] });
  return price;
};
const monthlyPrice = (own: TenantWorld) => addPrice(world, own);
const withScheduledChange = async (own: TenantWorld, billing: StripeBillingService) => {
  const priceId = await monthlyPrice(own);
  await billing.updateSubscription(own.subscriptionId, { priceId, when: "period_end" });
  return addCard(world, own.customerId);
};
/** By its name the tenant's alone. */
const specOf = (name: string) => ({ name, features: { invoiceHistory: true } });

const ROWS: Readonly<Record<WritingMethod, Readonly<Record<string, Row>>>> = {
  createCustomerPortalSession: {
    "with a configuration to make": {
      call: ({ billing, own }, key) => billing.createCustomerPortalSession(own.customerId, key),
    },
  },
  ensurePortalConfiguration: {
    "": { call: ({ billing, own }, key) => billing.ensurePortalConfiguration(specOf(own.tenantId), key) },
  },
  deactivateUnusedPortalConfigurations: {
    "of two": {
      prepare: async ({ tenantId, productId, priceId }, billing) => {
        const products = [{ productId, priceIds: [priceId] }];
        const subscriptionUpdate = { allowedUpdates: ["quantity" as const], products };
        const features = { paymentMethodUpdate: true, subscriptionUpdate };
        await billing.ensurePortalConfiguration({ name: tenantId, features });
        const more = { ...features, invoiceHistory: true };
        return (await billing.ensurePortalConfiguration({ name: tenantId, features: more })).id;
      },
      namesOwnWork: true,
      call: ({ billing }, key) =>
        billing.deactivateUnusedPortalConfigurations({ inUse: [], dryRun: false, minAgeMs: 0, ...key }),
    },
  },
  ensureCustomer: {
    "with details": {
      call: ({ billing }, key) => billing.ensureCustomer({ reference: "workspace", name: "Acme", ...key }),
    },
  },
  updateCustomer: {
    "": { call: ({ billing, own }, key) => billing.updateCustomer(own.customerId, { name: "New", ...key }) },
  },
  deleteCustomer: {
    "without anything": {
      prepare: newCustomer,
      looksFor: "all",
      call: ({ billing, id }, key) => billing.deleteCustomer(id, key),
    },
    "with pages open": {
      prepare: async (own, billing) => {
        const customerId = await newCustomer();
        await billing.createCheckoutSession({ customerId, priceId: own.priceId });
        await billing.createCheckoutSession({ customerId, mode: "setup", currency: "usd" });
        return customerId;
      },
      // Its last write, the deletion, is looked for; the end of a page before it is not.
      looksFor: "the last",
      call: ({ billing, id }, key) => billing.deleteCustomer(id, key),
    },
  },
  createTaxId: {
    "": {
      call: ({ billing, own }, key) =>
        billing.createTaxId(own.customerId, { type: "us_ein", value: "12-3456789", ...key }),
    },
  },
  deleteTaxId: { "": { looksFor: "all", call: ({ billing, own }) => billing.deleteTaxId(own.taxIdId) } },
  createCheckoutSession: {
    "beside an older page": {
      prepare: newCustomer,
      call: ({ billing, own, id }, key) =>
        billing.createCheckoutSession({ customerId: id, priceId: own.priceId, ...key }),
    },
    "in place of an older page": {
      prepare: async (own, billing) => {
        const customerId = await newCustomer();
        await billing.createCheckoutSession({ customerId, priceId: own.priceId, quantity: 2 });
        return customerId;
      },
      call: ({ billing, own, id }, key) =>
        billing.createCheckoutSession({ customerId: id, priceId: own.priceId, ...key }),
    },
    "in a form, in place of an older page": {
      prepare: async (own, billing) => {
        const customerId = await newCustomer();
        await billing.createCheckoutSession({ customerId, priceId: own.priceId });
        return customerId;
      },
      call: ({ billing, own, id }, key) =>
        billing.createCheckoutSession({ customerId: id, priceId: own.priceId, uiMode: "embedded", ...key }),
    },
  },
  createSubscription: {
    "": {
      prepare: newCustomer,
      call: ({ billing, own, id }, key) =>
        billing.createSubscription({ customerId: id, priceId: own.priceId, trialDays: 14, ...key }),
    },
    "while a page for the same is open": {
      prepare: async (own, billing) => {
        const customerId = await newCustomer();
        await billing.createCheckoutSession({ customerId, priceId: own.priceId });
        return customerId;
      },
      call: ({ billing, own, id }, key) =>
        billing.createSubscription({ customerId: id, priceId: own.priceId, trialDays: 14, ...key }),
    },
    "a second one": {
      call: ({ billing, own }, key) =>
        billing.createSubscription({
          customerId: own.customerId,
          priceId: own.priceId,
          trialDays: 14,
          allowSecond: true,
          ...key,
        }),
    },
  },
  updateSubscription: {
    "to another price": {
      prepare: monthlyPrice,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, { priceId: id, ...key }),
    },
    "by an item to add": {
      prepare: anotherPrice,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, {
          items: [{ add: id }],
          metadata: { seats: "many" },
          ...key,
        }),
    },
    "by an item to remove": {
      prepare: withSecondItem,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, { items: [{ remove: { priceId: id } }], ...key }),
    },
    "by a price to replace": {
      prepare: monthlyPrice,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, {
          items: [{ change: { priceId: own.priceId }, priceId: id, quantity: 7 }],
          discounts: [{ couponId: own.couponId }],
          ...key,
        }),
    },
    "by its item's id": {
      prepare: monthlyPrice,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, {
          items: [{ change: own.itemId, priceId: id }],
          paymentBehavior: "pending_if_incomplete",
          ...key,
        }),
    },
    "by discounts and metadata": {
      call: ({ billing, own }, key) =>
        billing.updateSubscription(own.subscriptionId, {
          discounts: [{ promotionCodeId: own.promotionCodeId }],
          metadata: { seatPlan: null },
          ...key,
        }),
    },
    "at the period's end": {
      prepare: monthlyPrice,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, { priceId: id, when: "period_end", ...key }),
    },
    "in place of what is scheduled": {
      prepare: withScheduledChange,
      call: ({ billing, own }, key) =>
        billing.updateSubscription(own.subscriptionId, { quantity: 5, scheduledChange: null, ...key }),
    },
    "to another payment method, with a change scheduled": {
      prepare: withScheduledChange,
      call: ({ billing, own, id }, key) =>
        billing.updateSubscription(own.subscriptionId, { defaultPaymentMethodId: id, ...key }),
    },
  },
  cancelSubscription: {
    "at the period's end": {
      call: ({ billing, own }, key) => billing.cancelSubscription(own.subscriptionId, key),
    },
    "at once": {
      call: ({ billing, own }, key) =>
        billing.cancelSubscription(own.subscriptionId, { when: "now", ...key }),
    },
    "with a change scheduled": {
      prepare: withScheduledChange,
      call: ({ billing, own }, key) => billing.cancelSubscription(own.subscriptionId, key),
    },
  },
  resumeSubscription: {
    "": {
      prepare: async (own, billing) => (await billing.cancelSubscription(own.subscriptionId)).id,
      call: ({ billing, id }, key) => billing.resumeSubscription(id, key),
    },
  },
  pauseSubscription: {
    "its payments": { call: ({ billing, own }, key) => billing.pauseSubscription(own.subscriptionId, key) },
    "as a whole": {
      call: ({ billing, own }, key) =>
        billing.pauseSubscription(own.subscriptionId, { pause: "subscription", ...key }),
    },
  },
  unpauseSubscription: {
    "its payments": {
      prepare: async (own, billing) => (await billing.pauseSubscription(own.subscriptionId)).id,
      call: ({ billing, id }, key) => billing.unpauseSubscription(id, key),
    },
    "its payments and as a whole": {
      prepare: async ({ subscriptionId }, billing) => {
        await billing.pauseSubscription(subscriptionId);
        return (await billing.pauseSubscription(subscriptionId, { pause: "subscription" })).id;
      },
      call: ({ billing, id }, key) => billing.unpauseSubscription(id, key),
    },
  },
  payInvoice: {
    "that is open": {
      prepare: anOpenInvoice,
      call: ({ billing, id }, key) => billing.payInvoice(id, key),
    },
    "outside of Stripe": {
      prepare: anOpenInvoice,
      call: ({ billing, id }, key) => billing.payInvoice(id, { paidOutOfBand: true, ...key }),
    },
  },
  voidInvoice: {
    "": { prepare: anOpenInvoice, call: ({ billing, id }, key) => billing.voidInvoice(id, key) },
  },
  createRefund: {
    "of a part": {
      call: ({ billing, own }, key) =>
        billing.createRefund({ invoiceId: own.invoiceId, amount: 500, metadata: { why: "late" }, ...key }),
    },
    "of all that is left": {
      call: ({ billing, own }, key) => billing.createRefund({ chargeId: own.chargeId, ...key }),
    },
  },
  createProduct: {
    "with a price": {
      call: ({ billing }, key) =>
        billing.createProduct({ name: "New", price: { currency: "usd", unitAmount: 5 }, ...key }),
    },
  },
  updateProduct: {
    "": {
      call: ({ billing, own }, key) =>
        billing.updateProduct(own.productId, { name: "New", metadata: { tier: null }, ...key }),
    },
  },
  archiveProduct: { "": { call: ({ billing, own }, key) => billing.archiveProduct(own.productId, key) } },
  createPrice: {
    "": {
      call: ({ billing, own }, key) =>
        billing.createPrice(own.productId, { currency: "usd", unitAmount: 5, lookupKey: "gold", ...key }),
    },
  },
  replacePrice: {
    "that is its product's default": {
      call: ({ billing, own }, key) =>
        billing.replacePrice(own.priceId, { unitAmount: 7, nickname: "new", ...key }),
    },
  },
  archivePrice: { "": { call: ({ billing, own }, key) => billing.archivePrice(own.otherPriceId, key) } },
  setDefaultPrice: {
    "": { call: ({ billing, own }, key) => billing.setDefaultPrice(own.otherPriceId, key) },
  },
  setDefaultPaymentMethod: {
    "of a subscription too": {
      prepare: (own) => addCard(world, own.customerId),
      call: ({ billing, own, id }, key) =>
        billing.setDefaultPaymentMethod(id, { subscriptionId: own.subscriptionId, ...key }),
    },
    "of a subscription with a change scheduled": {
      prepare: withScheduledChange,
      call: ({ billing, own, id }, key) =>
        billing.setDefaultPaymentMethod(id, { subscriptionId: own.subscriptionId, ...key }),
    },
  },
  detachPaymentMethod: {
    "": {
      call: ({ billing, own }, key) =>
        billing.detachPaymentMethod(own.paymentMethodId, { allowInUse: true, ...key }),
    },
  },
  reportUsage: {
    "": {
      call: ({ billing, own }, key) =>
        billing.reportUsage(own.customerId, { eventName: EVENT_NAME, value: 3, identifier: "once", ...key }),
    },
  },
};

/** They send no write. */
const READS =
  /^(?:find|get|list|has|preview)|^(?:diagnosePortal|fetchEventObject|resolveTenant|forTenant|asOperator|forget\w+|receiverFacts)$/;

let world: StripeWorld;
let tenantIdNow: string;
let tenants = 0;
beforeAll(async () => {
  world = await startStripeWorld();
});
afterAll(() => world.close());

/** A process of the application: with memories of its own, and a client that loses the answer of the nth write. */
function process(tenantId: string, nth: number, method: string) {
  let writes = 0;
  const stripe = clientThat(world.local, async (request, send) => {
    const response = await send();
    const isWrite = request.method !== "GET" && !request.path.endsWith("/create_preview");
    if (isWrite) writes += 1;
    // What a gateway says that has heard nothing from Stripe in time.
    return isWrite && writes === nth ? answer(504, "<html>") : response;
  });
  const configuration = method === "createCustomerPortalSession" ? { configuration: specOf(tenantId) } : {};
  const portal = { returnUrl: RETURN_URL, ...configuration };
  const service = world.service({ stripe, maxRetries: 0, portal });
  return { billing: service.forTenant(tenantId), countWrites: () => writes };
}

/** Calls once where the answer of the nth write is lost, and then as the error says. */
async function callAndRetry(method: string, { prepare, call }: Row, nth: number) {
  tenantIdNow = `lost-${++tenants}`;
  const own = await world.addTenant(tenantIdNow);
  const undisturbed = process(own.tenantId, 0, method);
  const id = (await prepare?.(own, undisturbed.billing)) ?? "";
  const first = process(own.tenantId, nth, method);
  let error: BillingError | undefined;
  let result: unknown;
  try {
    result = await call({ billing: first.billing, own, id }, {});
  } catch (thrown) {
    if (!isBillingError(thrown) || thrown.code !== "indeterminate") throw thrown;
    error = thrown;
    expect(error.retryable).toBe(true);
    const { idempotencyKey } = thrown;
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const { billing } = process(own.tenantId, 0, method);
    result = await call({ billing, own, id }, key);
  }
  return {
    error,
    writes: first.countWrites(),
    result: withoutNames(result, own.tenantId),
    state: await stateOf(sdkFor(world.local), own.tenantId),
  };
}

describe.each(
  Object.entries(ROWS).flatMap(([method, rows]) =>
    Object.entries(rows).map(([name, row]) => [`${method} ${name}`.trim(), method, row] as const),
  ),
)("%s", (_, method, row) => {
  it("succeeds with one effect when it is retried, whichever write's answer was lost", {
    timeout: 60_000,
  }, async () => {
    const undisturbed = await callAndRetry(method, row, 0);
    expect(undisturbed.error).toBeUndefined();
    expect(undisturbed.writes).toBeGreaterThan(0);
    for (let nth = 1; nth <= undisturbed.writes; nth += 1) {
      const { error, result, state } = await callAndRetry(method, row, nth);
      const { looksFor } = row;
      const isLookedFor = looksFor === "all" || (looksFor === "the last" && nth === undisturbed.writes);
      const code = isLookedFor ? undefined : "indeterminate";
      expect({ nth, code: error?.code }).toEqual({ nth, code });
      expect({ nth, state }).toEqual({ nth, state: undisturbed.state });
      if (row.namesOwnWork !== true) expect({ nth, result }).toEqual({ nth, result: undisturbed.result });
    }
  });
});

/** These make another one of what they made, as `IdempotencyOptions` says; each of the others finds it, or refuses. */
const MADE_AGAIN: readonly string[] = [
  // The page before has expired by then.
  "createCheckoutSession beside an older page",
  "createCheckoutSession in place of an older page",
  "createCheckoutSession in a form, in place of an older page",
  "createSubscription a second one",
  "createRefund of a part",
  "createProduct with a price",
  "replacePrice that is its product's default",
];

it("has an effect a second time only where its documentation says so, when Stripe has forgotten its key", {
  timeout: 120_000,
}, async () => {
  const calls = [];
  for (const [method, rows] of Object.entries(ROWS)) {
    for (const [name, { prepare, call }] of Object.entries(rows)) {
      tenantIdNow = `late-${++tenants}`;
      const own = await world.addTenant(tenantIdNow);
      const { billing } = process(own.tenantId, 0, method);
      const id = (await prepare?.(own, billing)) ?? "";
      const make = () => call({ billing, own, id }, { idempotencyKey: "evt_1" });
      await make();
      calls.push({ name: `${method} ${name}`.trim(), tenantId: own.tenantId, make });
    }
  }
  world.local.advanceBy(25 * 3_600_000);
  const madeAgain: string[] = [];
  for (const { name, tenantId, make } of calls) {
    const before = await stateOf(sdkFor(world.local), tenantId);
    await make().catch((error: unknown) => {
      if (!isBillingError(error)) throw error;
    });
    const after = await stateOf(sdkFor(world.local), tenantId);
    if (!isDeepStrictEqual(before, after)) madeAgain.push(name);
  }
  expect(madeAgain).toEqual(MADE_AGAIN);
});

it("has a row for every method that writes", () => {
  const written = publicMethods().filter((method) => !READS.test(method));
  expect(Object.keys(ROWS).sort()).toEqual(written);
});
