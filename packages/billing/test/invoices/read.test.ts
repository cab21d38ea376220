import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { NotFoundError, type StripeBillingService, type StripeClient } from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import {
  addOpenInvoice,
  type StripeWorld,
  sdkFor,
  startStripeWorld,
  type TenantWorld,
} from "../stripe-world.js";

let world: StripeWorld;
let acme: TenantWorld;
let globex: TenantWorld;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
  globex = await world.addTenant("globex");
});

beforeEach(() => {
  billing = world.service().forTenant("acme");
  world.takeRequests();
});

afterAll(() => world.close());

describe("getInvoice", () => {
  it("reads the customer along with it, unless the customer was seen lately", async () => {
    const params = async () => {
      await billing.getInvoice(acme.invoiceId);
      return world.local.requests.at(-1)?.params;
    };
    expect(await params()).toEqual({ expand: ["customer"] });
    expect(await params()).toEqual({});
  });

  it("says what was billed, for what, and where to see and print it, in one request", async () => {
    const raw = await world.stripe.invoices.retrieve(acme.invoiceId);
    world.takeRequests();
    const invoice = await billing.getInvoice(acme.invoiceId);

    expect(world.takeRequests()).toEqual([`GET /v1/invoices/${acme.invoiceId}`]);
    expect(invoice).toEqual({
      id: acme.invoiceId,
      number: raw.number,
      status: "paid",
      customerId: acme.customerId,
      subscriptionId: acme.subscriptionId,
      billingReason: "subscription_create",
      collectionMethod: "charge_automatically",
      currency: "usd",
      subtotal: 14_700,
      discount: 0,
      tax: 0,
      total: 14_700,
      amountDue: 14_700,
      amountPaid: 14_700,
      amountRemaining: 0,
      lines: [
        {
          description: expect.stringContaining("acme Pro"),
          amount: 14_700,
          currency: "usd",
          quantity: 3,
          proration: false,
          priceId: acme.priceId,
          productId: acme.productId,
          periodStart: expect.any(Date),
          periodEnd: expect.any(Date),
        },
      ],
      hasMoreLines: false,
      hostedInvoiceUrl: raw.hosted_invoice_url,
      pdfUrl: raw.invoice_pdf,
      attemptCount: 1,
      nextPaymentAttemptAt: null,
      dueAt: null,
      createdAt: new Date(raw.created * 1000),
      finalizedAt: expect.any(Date),
      paidAt: expect.any(Date),
      voidedAt: null,
      metadata: {},
      livemode: false,
    });
    expect((await fetch(invoice.hostedInvoiceUrl ?? "")).status).toBe(200);
    expect((await fetch(invoice.pdfUrl ?? "")).headers.get("content-type")).toBe("application/pdf");
  });

  it("takes one request warm as well, and leaves the mark of the tenant out of the metadata", async () => {
    await world.stripe.invoices.update(acme.invoiceId, { metadata: { tenantId: "acme", po: "4711" } });
    world.takeRequests();
    await billing.getInvoice(acme.invoiceId);

    expect((await billing.getInvoice(acme.invoiceId)).metadata).toEqual({ po: "4711" });
    expect(world.takeRequests()).toEqual(Array(2).fill(`GET /v1/invoices/${acme.invoiceId}`));
  });

  it("has all lines, however many pages they take, and a list the first ten", async () => {
    const { customerId, productId: product } = await world.addTenant("seller");
    const prices = await Promise.all(
      Array.from({ length: 13 }, (_, at) =>
        world.stripe.prices.create({
          product,
          currency: "usd",
          unit_amount: at + 1,
          recurring: { interval: "month" },
        }),
      ),
    );
    const { latest_invoice: invoiceId } = await world.stripe.subscriptions.create({
      customer: customerId,
      items: prices.map(({ id: price }) => ({ price })),
    });
    const id = typeof invoiceId === "string" ? invoiceId : "";
    // Stripe's pages of a hundred lines, made small.
    const stripe: StripeClient = {
      rawRequest: (method, path, ...rest) =>
        world.stripe.rawRequest(method, path.replace("limit=100", "limit=5"), ...rest),
    };
    const seller = world.service({ stripe }).forTenant("seller");
    world.takeRequests();
    const invoice = await seller.getInvoice(id);

    expect(world.takeRequests()).toEqual([
      `GET /v1/invoices/${id}`,
      ...Array(3).fill(`GET /v1/invoices/${id}/lines`),
    ]);
    expect(invoice.lines.map(({ priceId }) => priceId)).toEqual(prices.map((price) => price.id));
    expect(invoice.hasMoreLines).toBe(false);
    expect(invoice.lines.reduce((sum, { amount }) => sum + amount, 0)).toBe(invoice.total);

    const [listed] = (await seller.listInvoices(customerId)).data;
    expect(listed).toMatchObject({ id, total: invoice.total, hasMoreLines: true });
    expect(listed?.lines).toEqual(invoice.lines.slice(0, 10));
  });

  it("gives the same error for another tenant's invoice and a missing one, whatever its metadata says", async () => {
    await world.stripe.invoices.update(globex.invoiceId, { metadata: { tenantId: "acme" } });
    const errors = await Promise.all(
      [globex.invoiceId, "in_missing"].map((id) => billing.getInvoice(id).catch((error: unknown) => error)),
    );

    expect(errors[0]).toBeInstanceOf(NotFoundError);
    expect(errors[0]).toStrictEqual(errors[1]);
  });

  it("reads the same of an account on an API version before 2025-03-31", async () => {
    const old = sdkFor(world.local, world.local.secretKey, { apiVersion: "2024-06-20" as never });
    const before = await world.service({ stripe: old }).forTenant("acme").getInvoice(acme.invoiceId);

    expect(before).toEqual(await billing.getInvoice(acme.invoiceId));
    expect(before.lines[0]?.productId).toBe(acme.productId);
  });
});

describe("listInvoices", () => {
  let many: TenantWorld;
  let initech: StripeBillingService;

  beforeAll(async () => {
    many = await world.addTenant("initech");
    const { stripe } = world;
    for (let i = 0; i < 3; i++) {
      await stripe.subscriptions.create({ customer: many.customerId, items: [{ price: many.priceId }] });
    }
    const declined = await stripe.paymentMethods.attach("pm_card_chargeCustomerFail", {
      customer: many.customerId,
    });
    await stripe.subscriptions.create({
      customer: many.customerId,
      items: [{ price: many.otherPriceId }],
      default_payment_method: declined.id,
    });
  });

  beforeEach(() => {
    initech = world.service().forTenant("initech");
    world.takeRequests();
  });

  it("lists a customer's invoices as views, newest first, two requests cold and one warm", async () => {
    const page = await initech.listInvoices(many.customerId);

    expect(world.takeRequests()).toEqual([`GET /v1/customers/${many.customerId}`, "GET /v1/invoices"]);
    expect(page).toMatchObject({ hasMore: false, nextCursor: null });
    expect(page.data).toHaveLength(5);
    expect(page.data[0]).toMatchObject({ status: "open", amountDue: 49_000, amountRemaining: 49_000 });
    expect(page.data.at(-1)).toEqual(await initech.getInvoice(many.invoiceId));
    expect(Object.isFrozen(page.data)).toBe(true);
    world.takeRequests();
    await initech.listInvoices(many.customerId);
    expect(world.takeRequests()).toEqual(["GET /v1/invoices"]);
  });

  it("lists those in one status, and those of one subscription", async () => {
    const open = await initech.listInvoices(many.customerId, { status: "open" });
    expect(open.data.map(({ status }) => status)).toEqual(["open"]);

    const { subscriptionId } = many;
    const ofFirst = await initech.listInvoices(many.customerId, { subscriptionId });
    expect(ofFirst.data.map(({ id }) => id)).toEqual([many.invoiceId]);
  });

  it("pages with a cursor, and is iterated over whole, one request a page", async () => {
    const first = await initech.listInvoices(many.customerId, { limit: 2 });
    expect(first).toMatchObject({ hasMore: true, nextCursor: first.data[1]?.id });
    const second = await initech.listInvoices(many.customerId, { limit: 2, after: first.nextCursor ?? "" });
    expect(second.data[0]?.id).not.toBe(first.data[1]?.id);

    world.takeRequests();
    const ids: string[] = [];
    for await (const { id } of initech.listInvoices(many.customerId, { limit: 2 })) ids.push(id);
    expect(new Set(ids).size).toBe(5);
    expect(world.takeRequests()).toEqual(Array(3).fill("GET /v1/invoices"));
  });

  describe("after an invoice that was paid since, which Stripe refuses as a cursor among the open ones", () => {
    /** Two open invoices, in Stripe's order, and a service whose Stripe refuses a cursor of another status. */
    async function walk() {
      const { stripe, local } = world;
      const customer = await world.addTenant("umbrella");
      const open = [await addOpenInvoice(stripe, customer), await addOpenInvoice(stripe, customer)].reverse();
      const refusal = { type: "invalid_request_error", code: "resource_missing", param: "starting_after" };
      const strict = clientThat(local, async ({ path }, send) => {
        const { status, starting_after: after } = Object.fromEntries(new URLSearchParams(path.split("?")[1]));
        const cursor = after === undefined ? undefined : await stripe.invoices.retrieve(after);
        const isGone = cursor !== undefined && status !== undefined && cursor.status !== status;
        return isGone ? answer(404, { error: refusal }) : send();
      });
      return { customer, open, umbrella: world.service({ stripe: strict }).forTenant("umbrella") };
    }

    it("goes on with the open ones", async () => {
      const { customer, open, umbrella } = await walk();
      const ids: string[] = [];
      for await (const { id } of umbrella.listInvoices(customer.customerId, { status: "open", limit: 1 })) {
        ids.push(id);
        await umbrella.payInvoice(id, { paymentMethodId: customer.paymentMethodId });
      }
      expect(ids).toEqual(open);
    });

    it("shows no paid one where more are on the page", async () => {
      const { customer, open, umbrella } = await walk();
      const [after = "", second = ""] = open;
      await umbrella.payInvoice(after, { paymentMethodId: customer.paymentMethodId });
      const page = await umbrella.listInvoices(customer.customerId, { status: "open", after });
      expect(page.data.map(({ id }) => id)).toEqual([second]);
    });
  });

  it("does not find another tenant's customer, whatever the cursor", async () => {
    for (const after of [many.invoiceId, acme.invoiceId]) {
      await expect(initech.listInvoices(acme.customerId, { after })).rejects.toThrow(NotFoundError);
    }
  });

  it("takes no cursor of another customer's, not even of the same tenant's", async () => {
    const sibling = await world.addTenant("sibling", { metadata: { tenantId: "initech" } });
    for (const after of [acme.invoiceId, sibling.invoiceId, "in_missing"]) {
      await expect(initech.listInvoices(many.customerId, { after })).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("nextCursor"),
      });
    }
    expect(world.takeRequests()).not.toContain("GET /v1/invoices");
  });

  it("finds no subscription of another customer's, not even of the same tenant's", async () => {
    const sibling = await world.addTenant("sister", { metadata: { tenantId: "initech" } });
    for (const { subscriptionId } of [acme, sibling]) {
      await expect(initech.listInvoices(many.customerId, { subscriptionId })).rejects.toThrow(NotFoundError);
    }
  });

  it.each([
    [{ status: "overdue" }, "status must be one of draft, open, paid, uncollectible, void."],
    [{ subscriptionId: "in_1" }, "subscriptionId must be the id of a Stripe subscription"],
    [{ after: "sub_1" }, "after must be the id of a Stripe invoice"],
    [{ customer: "cus_1" }, "Unknown option: customer."],
  ])("refuses %o before anything is sent", async (options, sentence) => {
    await expect(initech.listInvoices(many.customerId, options as never)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(sentence),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
