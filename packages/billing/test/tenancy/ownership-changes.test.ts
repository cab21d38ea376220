import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  directoryTenancy,
  memoryDirectory,
  metadataTenancy,
  type StripeBillingConfig,
  type StripeBillingService,
} from "../../src/index.js";
import { clientThat } from "../isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

/** An operator gives a customer of acme's to globex, while services still remember whose it was. */
let world: StripeWorld;
let given: TenantWorld;

beforeAll(async () => {
  world = await startStripeWorld();
});
beforeEach(async () => {
  given = await world.addTenant("acme");
});
afterAll(() => world.close());

const STRATEGIES = ["metadataTenancy", "directoryTenancy"] as const;
const notFound = { code: "not_found" };

/** A strategy of that name, and how an operator gives a customer to globex behind the services' back. */
async function operator(strategy: (typeof STRATEGIES)[number]) {
  const rows = memoryDirectory();
  const { onChange: _onChange, ...directory } = rows;
  await rows.link("acme", given.customerId);
  return {
    rows,
    tenancy: strategy === "metadataTenancy" ? metadataTenancy() : directoryTenancy(directory),
    announcing: strategy === "metadataTenancy" ? metadataTenancy() : directoryTenancy(rows),
    give: async (customerId = given.customerId) => {
      await world.stripe.customers.update(customerId, { metadata: { tenantId: "globex" } });
      await rows.unlink(customerId);
      await rows.link("globex", customerId);
    },
  };
}

const acmeOf = (config: Partial<StripeBillingConfig>) => world.service(config).forTenant("acme");
const currentOwner = async (customerId = given.customerId) => {
  const customer = await world.stripe.customers.retrieve(customerId);
  return customer.deleted ? undefined : customer.metadata["tenantId"];
};

/** Each writes, or opens a page, with what was remembered before the customer was given away. */
const WRITES: Readonly<Record<string, (acme: StripeBillingService) => Promise<unknown>>> = {
  createCustomerPortalSession: (acme) => acme.createCustomerPortalSession(given.customerId),
  createCheckoutSession: (acme) =>
    acme.createCheckoutSession({ mode: "setup", customerId: given.customerId, currency: "usd" }),
  updateCustomer: (acme) => acme.updateCustomer(given.customerId, { metadata: { note: "x" } }),
  deleteCustomer: (acme) => acme.deleteCustomer(given.customerId, { cancelSubscriptions: true }),
  createTaxId: (acme) => acme.createTaxId(given.customerId, { type: "us_ein", value: "12-3456789" }),
  deleteTaxId: (acme) => acme.deleteTaxId(given.taxIdId),
  cancelSubscription: (acme) => acme.cancelSubscription(given.subscriptionId, { when: "now" }),
  updateSubscription: (acme) => acme.updateSubscription(given.subscriptionId, { quantity: 3 }),
  detachPaymentMethod: (acme) => acme.detachPaymentMethod(given.paymentMethodId, { allowInUse: true }),
  setDefaultPaymentMethod: (acme) => acme.setDefaultPaymentMethod(given.paymentMethodId),
};

/** Each changes the customer itself, once it was proved. */
const LATE_WRITES: typeof WRITES = {
  updateCustomer: (acme) => acme.updateCustomer(given.customerId, { name: "x" }),
  setDefaultPaymentMethod: (acme) => acme.setDefaultPaymentMethod(given.paymentMethodId),
};

describe.each(STRATEGIES)("a customer given to another tenant, by %s,", (strategy) => {
  it.each(Object.entries(WRITES))("is closed to %s of the former one at once", async (_, write) => {
    const { tenancy, give } = await operator(strategy);
    const acme = acmeOf({ tenancy });
    await acme.getCustomer(given.customerId);
    await acme.getSubscription(given.subscriptionId);
    await acme.listPaymentMethods(given.customerId);
    await give();
    world.takeRequests();

    await expect(write(acme)).rejects.toMatchObject(notFound);
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    expect(await currentOwner()).toBe("globex");
  });

  it.each(Object.entries(LATE_WRITES))(
    "while a call is under way, is told as changed and gone by %s, and as no defect",
    async (_, write) => {
      const { tenancy, give } = await operator(strategy);
      const stripe = clientThat(world.local, async ({ method, path }, send) => {
        if (method === "POST" && path.startsWith("/v1/customers/")) await give();
        return send();
      });
      const onAudit = vi.fn();
      const acme = acmeOf({ tenancy, stripe, onAudit });
      await expect(write(acme)).rejects.toMatchObject({
        code: "indeterminate",
        message: expect.not.stringContaining("globex"),
        retryable: false,
        cause: notFound,
      });
      expect(onAudit).not.toHaveBeenCalledWith(expect.objectContaining({ type: "isolation_breach" }));
      await expect(write(acme)).rejects.toMatchObject(notFound);
    },
  );

  it("is read by the former one within the window, and not at all where that is 0", async () => {
    const { tenancy, give } = await operator(strategy);
    const patient = acmeOf({ tenancy });
    const strict = acmeOf({ tenancy, ownership: { rememberSeconds: 0 } });
    for (const acme of [patient, strict]) await acme.getSubscription(given.subscriptionId);
    await give();

    await expect(patient.getSubscription(given.subscriptionId)).resolves.toMatchObject({
      id: given.subscriptionId,
    });
    await expect(strict.getSubscription(given.subscriptionId)).rejects.toMatchObject(notFound);
    await expect(strict.listInvoices(given.customerId)).rejects.toMatchObject(notFound);
  });

  it("is closed to a page that the former one had opened", async () => {
    const { tenancy, give } = await operator(strategy);
    const acme = acmeOf({ tenancy });
    const wanted = { customerId: given.customerId, priceId: given.otherPriceId, allowSecond: true };
    const { id } = await acme.createCheckoutSession(wanted);
    expect((await acme.createCheckoutSession(wanted)).id).toBe(id);
    await give();

    await expect(acme.createCheckoutSession(wanted)).rejects.toMatchObject(notFound);
  });

  it("is missing to the former one, and no defect, where a list shows the change", async () => {
    const { tenancy, give } = await operator(strategy);
    const audits: string[] = [];
    const acme = acmeOf({ tenancy, onAudit: ({ type }) => void audits.push(type) });
    await acme.getSubscription(given.subscriptionId);
    await give();

    await expect(acme.listPaymentMethods(given.customerId)).rejects.toMatchObject(notFound);
    expect(audits).toContain("foreign_object");
    expect(audits).not.toContain("isolation_breach");
  });

  it("is missing to the former one, and no defect, where a list beside the first read shows it", async () => {
    const { tenancy, give } = await operator(strategy);
    let wasRead = () => {};
    const read = new Promise<void>((resolve) => {
      wasRead = resolve;
    });
    const stripe = clientThat(world.local, async ({ path }, send) => {
      if (path.startsWith("/v1/payment_methods?")) await read.then(() => give());
      const response = await send();
      if (path.startsWith("/v1/customers/")) wasRead();
      return response;
    });
    const onAudit = vi.fn();
    await expect(
      acmeOf({ tenancy, stripe, onAudit }).listPaymentMethods(given.customerId),
    ).rejects.toMatchObject(notFound);
    expect(onAudit).not.toHaveBeenCalledWith(expect.objectContaining({ type: "isolation_breach" }));
  });

  it("is closed to the former one's reads once a read has shown the change", async () => {
    const { tenancy, give } = await operator(strategy);
    const acme = acmeOf({ tenancy });
    await acme.getSubscription(given.subscriptionId);
    await give();

    await expect(acme.getCustomer(given.customerId)).rejects.toMatchObject(notFound);
    await expect(acme.getSubscription(given.subscriptionId)).rejects.toMatchObject(notFound);
    await expect(acme.listInvoices(given.customerId)).rejects.toMatchObject(notFound);
  });

  it("is closed to the former one's reads once the service hears of it", async () => {
    const { tenancy, give } = await operator(strategy);
    const service = world.service({ tenancy });
    const acme = service.forTenant("acme");
    await acme.getSubscription(given.subscriptionId);
    await give();
    service.forgetCustomer(given.customerId);

    await expect(acme.getSubscription(given.subscriptionId)).rejects.toMatchObject(notFound);
    await expect(service.forTenant("globex").getSubscription(given.subscriptionId)).resolves.toBeDefined();
  });

  it("is neither told, nor linked, nor given back by the former one's ensureCustomer", async () => {
    const { tenancy, rows, give } = await operator(strategy);
    for (const [index, details] of [{}, { email: "x@acme.example" }, { metadata: { a: "1" } }].entries()) {
      const reference = `${strategy}-given-${index}`;
      const made = await acmeOf({ tenancy }).ensureCustomer({ reference, email: "ada@globex.example" });
      await give(made.id);

      const other = await acmeOf({ tenancy }).ensureCustomer({ reference, ...details });
      expect(other.id).not.toBe(made.id);
      expect(await acmeOf({ tenancy }).ensureCustomer({ reference, ...details })).toEqual(other);
      expect(await world.stripe.customers.retrieve(made.id)).toMatchObject({
        email: "ada@globex.example",
        metadata: { tenantId: "globex" },
      });
      expect(await rows.tenantOf(made.id)).toBe("globex");
    }
  });
});

describe("a customer that was deleted within the lag of search", () => {
  it("is not linked again, so that the tenant has one customer after it", async () => {
    const rows = memoryDirectory();
    const tenancy = directoryTenancy(rows);
    const first = await acmeOf({ tenancy }).ensureCustomer({ reference: "deleted" });
    world.local.setSearchDelay(60_000);
    try {
      await world.stripe.customers.del(first.id);
      await rows.unlink(first.id);
      const second = await acmeOf({ tenancy }).ensureCustomer({ reference: "deleted" });

      expect(await rows.customersOf("acme")).toEqual([second.id]);
      await expect(acmeOf({ tenancy }).listInvoices()).resolves.toMatchObject({ data: [] });
    } finally {
      world.local.setSearchDelay(0);
    }
  });
});

describe("a customer that was deleted since it was proved", () => {
  it.each(Object.entries(WRITES))("is closed to %s, and nothing is sent to it", async (_, write) => {
    const acme = acmeOf({});
    await acme.getCustomer(given.customerId);
    await acme.getSubscription(given.subscriptionId);
    await acme.listPaymentMethods(given.customerId);
    await world.stripe.customers.del(given.customerId);
    world.takeRequests();

    await expect(write(acme)).rejects.toMatchObject(notFound);
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });
});

describe("a change through the directory", () => {
  it("is known at once to every service of the process", async () => {
    const { rows, announcing: tenancy } = await operator("directoryTenancy");
    const acme = acmeOf({ tenancy });
    await acme.getSubscription(given.subscriptionId);
    await rows.unlink(given.customerId);

    await expect(acme.getSubscription(given.subscriptionId)).rejects.toMatchObject(notFound);
  });
});

describe("a directory that a call asks", () => {
  it("is asked once for each customer, however many checks need the answer", async () => {
    const rows = memoryDirectory();
    await rows.link("acme", given.customerId);
    const asked: string[] = [];
    const tenantOf = (customerId: string) => {
      asked.push(customerId);
      return rows.tenantOf(customerId);
    };
    const acme = acmeOf({ tenancy: directoryTenancy({ ...rows, tenantOf }) });
    for (const call of [
      () => acme.getCustomer(given.customerId),
      () => acme.createCustomerPortalSession(given.customerId),
      () => acme.cancelSubscription(given.subscriptionId),
    ]) {
      asked.length = 0;
      await call();
      expect(asked).toEqual([given.customerId]);
    }
  });

  it("proves a remembered customer for a write by its answer, without a request", async () => {
    const rows = memoryDirectory();
    await rows.link("acme", given.customerId);
    const acme = acmeOf({ tenancy: directoryTenancy(rows) });
    await acme.getCustomer(given.customerId);
    world.takeRequests();

    await acme.createCustomerPortalSession(given.customerId);
    expect(world.takeRequests()).toEqual(["POST /v1/billing_portal/sessions"]);
  });
});

describe("a replay of what an earlier call made", () => {
  it("is read anew, so that a product that was given away is no longer the former tenant's", async () => {
    const acme = acmeOf({});
    const product = await acme.createProduct({ name: "Once", idempotencyKey: "once" });
    expect(await acme.createProduct({ name: "Once", idempotencyKey: "once" })).toEqual(product);
    await world.stripe.products.update(product.id, { metadata: { tenantId: "globex" } });

    await expect(acme.createProduct({ name: "Once", idempotencyKey: "once" })).rejects.toMatchObject(
      notFound,
    );
  });

  it("is read anew, so that a portal configuration that was given away opens no portal", async () => {
    const acme = acmeOf({});
    const wanted = { headline: "Once", features: { invoiceHistory: true } };
    const { id } = await acme.ensurePortalConfiguration(wanted);
    await world.stripe.billingPortal.configurations.update(id, { metadata: { tenantId: "globex" } });

    await expect(acmeOf({}).ensurePortalConfiguration(wanted)).rejects.toMatchObject(notFound);
  });
});
