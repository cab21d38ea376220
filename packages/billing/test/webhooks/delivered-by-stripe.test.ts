import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type Stripe from "stripe";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryTenancy, type StripeBillingService, type Tenancy } from "../../src/index.js";
import {
  createWebhookReceiver,
  memoryInbox,
  type Outcome,
  type WebhookHandlers,
  type WebhookReceiver,
} from "../../src/webhooks.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { headerFor, SECRET } from "./signed-delivery.js";

type On = WebhookHandlers<StripeBillingService, undefined>;

let world: StripeWorld;
let acme: TenantWorld;
let server: Server;
let webhooks: WebhookReceiver;
let outcomes: Outcome[];

beforeEach(async () => {
  world = await startStripeWorld({ webhookRetryDelaysMs: [5, 10, 20] });
  acme = await world.addTenant("acme");
  outcomes = [];
  server = createServer((request, response) => void webhooks.node(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await world.close();
});

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

async function receiveSnapshots(on: On, tenancy?: Tenancy): Promise<void> {
  const { secret } = await world.stripe.webhookEndpoints.create({ url: url(), enabled_events: ["*"] });
  receiveWith([secret ?? SECRET, `${SECRET}0`], on, tenancy);
}

function receiveWith(signingSecrets: readonly string[], on: On, tenancy?: Tenancy): void {
  webhooks = createWebhookReceiver({
    signingSecrets,
    billing: world.service(tenancy === undefined ? {} : { tenancy }),
    inbox: memoryInbox(),
    logger: { warn: () => undefined },
    onOutcome: (outcome) => void outcomes.push(outcome),
    on,
  });
}

async function receiveBothFamilies(on: On): Promise<void> {
  const { stripe } = world;
  const endpoint = await stripe.webhookEndpoints.create({ url: url(), enabled_events: ["*"] });
  const destination = await stripe.v2.core.eventDestinations.create({
    name: "thin",
    type: "webhook_endpoint",
    event_payload: "thin",
    enabled_events: ["*"],
    webhook_endpoint: { url: url() },
    include: ["webhook_endpoint.signing_secret"],
  });
  const secret = destination.webhook_endpoint?.signing_secret;
  if (!secret || !endpoint.secret) throw new Error("an endpoint has no secret");
  receiveWith([endpoint.secret, secret], on);
}

/** Delivers a snapshot event that the local Stripe does not send. */
function deliverByHand(type: string, object: object): Promise<Outcome> {
  const created = Math.floor(Date.now() / 1000);
  const body = JSON.stringify({
    id: `evt_${type.replaceAll(".", "")}`,
    object: "event",
    type,
    created,
    livemode: false,
    data: { object },
  });
  return webhooks.receive(body, headerFor(body, { secret: `${SECRET}0`, timestamp: created }));
}

describe("a dispute", () => {
  test("is heard of with the tenant whose customer made the payment, in both families, and read as it is now", async () => {
    const seen: string[] = [];
    await receiveBothFamilies({
      "charge.dispute.created": async (_event, { tenantId, fetchObject }) => {
        seen.push(`${tenantId} ${Reflect.get(Object(await fetchObject()), "reason")}`);
      },
      "v1.charge.dispute.closed": async (_event, { tenantId, fetchObject }) => {
        seen.push(`${tenantId} ${Reflect.get(Object(await fetchObject()), "status")}`);
      },
    });
    const { stripe } = world;
    const { customerId: customer, otherPriceId: price } = acme;
    const card = await stripe.paymentMethods.attach("pm_card_createDispute", { customer });
    await stripe.subscriptions.create({ customer, items: [{ price }], default_payment_method: card.id });
    const [dispute] = (await stripe.disputes.list()).data;
    await stripe.disputes.close(dispute?.id ?? "");
    await world.local.settled();
    expect(seen.sort()).toEqual(["acme fraudulent", "acme lost"]);
  });
});

describe("a refund", () => {
  test("is heard of with its tenant, by the charge and by the refund, which are read as they are now", async () => {
    const seen: string[] = [];
    await receiveSnapshots({
      "charge.refunded": async (_event, { tenantId, fetchObject }) => {
        const charge = await fetchObject();
        seen.push(`charge ${tenantId} ${Reflect.get(Object(charge), "amount_refunded")}`);
      },
      "refund.created": async (_event, { tenantId, fetchObject }) => {
        const refund = await fetchObject();
        seen.push(`refund ${tenantId} ${Reflect.get(Object(refund), "amount")}`);
      },
    });
    await world.service().forTenant("acme").createRefund({ invoiceId: acme.invoiceId, amount: 500 });
    await world.local.settled();

    expect(seen.sort()).toEqual(["charge acme 600", "refund acme 500"]);
    expect(outcomes.filter(({ status }) => status === "failed" || status === "unresolved")).toEqual([]);
  });
});

describe("the end of a subscription whose customer was deleted", () => {
  const seen = (to: string[]): On => ({
    "customer.subscription.deleted": (_event, { tenantId }) => void to.push(`ended ${tenantId}`),
    "customer.deleted": (_event, { tenantId }) => void to.push(`deleted ${tenantId}`),
  });

  test("reaches its handler with the tenant that its mark named", async () => {
    const to: string[] = [];
    await receiveSnapshots(seen(to));
    await world.stripe.customers.del(acme.customerId);
    await world.local.settled();
    expect(to.sort()).toEqual(["deleted acme", "ended acme"]);
  });

  test("reaches it where a directory forgot the customer first", async () => {
    const rows = new Map([[acme.customerId, "acme"]]);
    const tenancy = directoryTenancy({
      tenantOf: async (customerId) => rows.get(customerId),
      customersOf: async () => [...rows.keys()],
    });
    const to: string[] = [];
    await receiveSnapshots(seen(to), tenancy);
    rows.clear();
    await world.stripe.customers.del(acme.customerId);
    await world.local.settled();
    expect(to.sort()).toEqual(["deleted acme", "ended acme"]);
  });

  test("reaches it as a thin event too, and each family's change is handled once", async () => {
    const to: string[] = [];
    await receiveBothFamilies({
      ...seen(to),
      "v1.customer.subscription.deleted": (_event, { tenantId }) => void to.push(`ended ${tenantId}`),
      "v1.customer.deleted": (_event, { tenantId }) => void to.push(`deleted ${tenantId}`),
    });
    await world.stripe.customers.del(acme.customerId);
    await world.local.settled();
    expect(to.sort()).toEqual(["deleted acme", "ended acme"]);
    expect(outcomes.filter(({ status }) => status === "failed" || status === "unresolved")).toEqual([]);
  });
});

describe("a thin event", () => {
  test("reads its object through the tenant's service, as it is now", async () => {
    const seen: unknown[] = [];
    await receiveBothFamilies({
      "v1.customer.subscription.updated": async (event, { tenantId, fetchObject }) => {
        const subscription: Stripe.Subscription = await fetchObject();
        seen.push([event.type, tenantId, subscription.id, subscription.customer, subscription.metadata]);
      },
    });
    await world.stripe.subscriptions.update(acme.subscriptionId, { metadata: { seats: "2" } });
    await world.local.settled();
    expect(seen).toMatchObject([
      ["v1.customer.subscription.updated", "acme", acme.subscriptionId, acme.customerId, { seats: "2" }],
    ]);
  });

  test("of a type that has no snapshot finds its tenant by its object", async () => {
    const seen: unknown[] = [];
    await receiveBothFamilies({
      "v1.customer.subscription.item_quantity_changed": (_event, { tenantId }) => void seen.push(tenantId),
    });
    await world.stripe.subscriptions.update(acme.subscriptionId, {
      items: [{ id: acme.itemId, quantity: 7 }],
    });
    await world.local.settled();
    expect(seen).toEqual(["acme"]);
  });

  test("of another application's customer is nobody's", async () => {
    await receiveBothFamilies({ "v1.customer.created": () => undefined });
    await world.stripe.customers.create({ name: "Of another application" });
    await world.local.settled();
    const [outcome] = outcomes.filter((one) => one.delivery && one.eventType === "v1.customer.created");
    expect(outcome).toMatchObject({ status: "ignored", reason: "foreign" });
  });
});

describe("an event whose object names no customer", () => {
  test("of a detached card is the tenant's that it was", async () => {
    const seen: string[] = [];
    await receiveSnapshots({ "payment_method.detached": (_event, { tenantId }) => void seen.push(tenantId) });
    await world.stripe.paymentMethods.detach(acme.paymentMethodId);
    await world.local.settled();
    expect(seen).toEqual(["acme"]);
  });

  test("of a price, a coupon or an invoice's payment is found by what it leads to", async () => {
    const seen: string[] = [];
    const on = (type: string) => ({
      [type]: (_event: unknown, { tenantId }: { readonly tenantId: string }) => void seen.push(tenantId),
    });
    const cases: Readonly<Record<string, object>> = {
      "price.updated": { id: acme.priceId, object: "price", product: acme.productId, metadata: {} },
      "coupon.deleted": { id: acme.couponId, object: "coupon", metadata: { tenantId: "acme" } },
      "promotion_code.updated": {
        id: acme.promotionCodeId,
        object: "promotion_code",
        customer: null,
        metadata: { tenantId: "acme" },
      },
      "invoice_payment.paid": { id: "inpay_1", object: "invoice_payment", invoice: acme.invoiceId },
      "mandate.updated": { id: "mandate_1", object: "mandate", payment_method: acme.paymentMethodId },
    };
    await receiveSnapshots(Object.assign({}, ...Object.keys(cases).map(on)));
    for (const [type, object] of Object.entries(cases)) {
      expect(await deliverByHand(type, object), type).toMatchObject({ status: "handled" });
    }
    expect(seen).toEqual(Object.keys(cases).map(() => "acme"));
  });

  test("that cannot be read is never taken for nobody's", async () => {
    await receiveSnapshots({
      "charge.dispute.created": () => undefined,
      "customer.subscription.updated": () => undefined,
    });
    const dispute = { id: "dp_1", object: "dispute", charge: "ch_missing" };
    const account = { id: "sub_9", object: "subscription", customer: null, customer_account: "acct_9" };
    for (const [type, object] of [
      ["charge.dispute.created", dispute],
      ["customer.subscription.updated", account],
    ] as const) {
      expect(["unresolved", "failed"]).toContain((await deliverByHand(type, object)).status);
    }
  });
});
