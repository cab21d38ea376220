import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { directoryTenancy, memoryDirectory } from "../../src/index.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";
import { addOpenInvoice, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";

let world: StripeWorld;
let tenants: readonly TenantWorld[];
let nobody: TenantWorld;
beforeAll(async () => {
  world = await startStripeWorld();
  tenants = [await world.addTenant("acme"), await world.addTenant("globex")];
  nobody = await world.addTenant("unmarked", { metadata: { team: "blue" } });
});
afterAll(() => world.close());

const operator = () => world.service().asOperator({ actor: "test" });
const expected = (pick: (tenant: TenantWorld) => string) =>
  new Set([...tenants.map((tenant) => `${tenant.tenantId} ${pick(tenant)}`), `null ${pick(nobody)}`]);
const SPAN = {
  createdFrom: new Date(Date.now() - 86_400_000),
  createdBefore: new Date(Date.now() + 86_400_000),
};

async function collect(list: AsyncIterable<{ readonly id: string; readonly tenantId: string | null }>) {
  const found = new Set<string>();
  for await (const { id, tenantId } of list) found.add(`${tenantId} ${id}`);
  return found;
}

describe("an operator's lists", () => {
  it("hold the customers, subscriptions and invoices of all tenants, each with its tenant", async () => {
    expect(await collect(operator().listCustomers())).toEqual(expected(({ customerId }) => customerId));
    expect(await collect(operator().listSubscriptions({ status: "all" }))).toEqual(
      expected(({ subscriptionId }) => subscriptionId),
    );
    expect(await collect(operator().listInvoices())).toEqual(expected(({ invoiceId }) => invoiceId));
  });

  it("take one request a page, and go on where a page ended", async () => {
    world.takeRequests();
    const first = await operator().listSubscriptions({ limit: 2 });
    expect(world.takeRequests()).toHaveLength(1);
    expect(first).toMatchObject({ hasMore: true, nextCursor: first.data[1]?.id });
    const rest = await operator().listSubscriptions({ limit: 2, after: first.nextCursor ?? "" });
    expect(rest).toMatchObject({ hasMore: false, nextCursor: null });
    expect([...first.data, ...rest.data]).toHaveLength(3);
  });

  it("give the views that tenants get, without the marks", async () => {
    const [acme] = tenants;
    const { data } = await operator().listSubscriptions({ priceId: acme?.priceId });
    const own = await world
      .service()
      .forTenant("acme")
      .getSubscription(acme?.subscriptionId ?? "");
    expect(data).toEqual([{ ...own, tenantId: "acme" }]);
    const { data: customers } = await operator().listCustomers({ limit: 100 });
    expect(customers.find(({ tenantId }) => tenantId === "acme")?.metadata).toEqual({ note: "acme" });
    expect(Object.isFrozen(data[0])).toBe(true);
  });

  it("are kept to a span of time and a status", async () => {
    const future = { createdFrom: new Date(Date.now() + 86_400_000) };
    for (const list of ["listCustomers", "listSubscriptions", "listInvoices"] as const) {
      expect((await operator()[list](future)).data).toEqual([]);
      expect((await operator()[list](SPAN)).data).toHaveLength(3);
    }
    expect((await operator().listInvoices({ status: "void" })).data).toEqual([]);
  });

  it("take the directory's word, of a deleted customer too", async () => {
    const { id } = await world.stripe.customers.create({});
    const directory = memoryDirectory();
    await directory.link("initech", id);
    const admin = world.service({ tenancy: directoryTenancy(directory) }).asOperator({ actor: "test" });
    const { data } = await admin.listCustomers({ limit: 1 });
    expect(data).toEqual([expect.objectContaining({ id, tenantId: "initech" })]);
    await world.stripe.customers.del(id);
  });

  it("refuse options and cursors that are none, and ask nothing", async () => {
    world.takeRequests();
    const invalid = { code: "invalid_argument" };
    const odd: object[] = [
      { limit: 0 },
      { after: "sub_x/../" },
      { after: "ch_1" },
      { tenantId: "acme" },
      { createdFrom: "2026-01-01" },
      { createdFrom: SPAN.createdBefore, createdBefore: SPAN.createdFrom },
    ];
    for (const options of odd) {
      for (const list of ["listCustomers", "listSubscriptions", "listInvoices"] as const) {
        await expect(operator()[list](options)).rejects.toMatchObject(invalid);
      }
    }
    await expect(operator().listSubscriptions({ priceId: "prod_1" })).rejects.toMatchObject(invalid);
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("sumRevenue", () => {
  it("adds up what each tenant paid, by currency", async () => {
    world.takeRequests();
    const sums = await operator().sumRevenue({ ...SPAN, requestsPerSecond: 1_000 });
    expect(world.takeRequests()).toHaveLength(1);
    const paid = { currency: "usd", amountPaid: 14_700, invoices: 1 };
    expect(sums).toEqual([
      { tenantId: null, ...paid },
      { tenantId: "acme", ...paid },
      { tenantId: "globex", ...paid },
    ]);
    const none = { createdFrom: new Date(0), createdBefore: new Date(86_400_000) };
    expect(await operator().sumRevenue(none)).toEqual([]);
    await expect(operator().sumRevenue({} as typeof SPAN)).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});

describe("a walk over an operator's list", () => {
  const walked = async (status?: "active") => {
    const tenant = await world.addTenant("walked");
    const priceId = tenant.priceId;
    for (let more = 0; more < 4; more++) {
      await world.stripe.subscriptions.create({ customer: tenant.customerId, items: [{ price: priceId }] });
    }
    return { priceId, limit: 2, ...(status && { status }) };
  };

  it.each([undefined, "active"] as const)(
    "that cancels each subscription neither stops nor skips, with the status %s",
    async (status) => {
      const options = await walked(status);
      const seen: string[] = [];
      for await (const { id } of operator().listSubscriptions(options)) {
        seen.push(id);
        await world.stripe.subscriptions.cancel(id);
      }
      expect(new Set(seen).size).toBe(5);
      expect((await operator().listSubscriptions(options)).data).toEqual([]);
    },
  );

  it("goes on by hand after a subscription that was canceled meanwhile", async () => {
    const options = await walked();
    const { data, nextCursor } = await operator().listSubscriptions(options);
    await world.stripe.subscriptions.cancel(data[1]?.id ?? "");
    const next = await operator().listSubscriptions({ ...options, after: nextCursor ?? "" });
    expect(next.data).toHaveLength(2);
    expect(next.data.map(({ id }) => id)).not.toContain(data[1]?.id);
  });

  it("that deletes each customer neither stops nor skips", async () => {
    const created = Array.from({ length: 5 }, () =>
      world.stripe.customers.create({ metadata: { tenantId: "gone" } }),
    );
    const ids = new Set((await Promise.all(created)).map(({ id }) => id));
    const seen: string[] = [];
    for await (const { id, tenantId } of operator().listCustomers({ limit: 2 })) {
      if (tenantId !== "gone") continue;
      seen.push(id);
      await world.stripe.customers.del(id);
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen)).toEqual(ids);
  });

  it("goes on by hand after an invoice that was paid meanwhile, which Stripe refuses as a cursor", async () => {
    const customer = await world.addTenant("billed");
    await addOpenInvoice(world.stripe, customer);
    await addOpenInvoice(world.stripe, customer);
    const refusal = { type: "invalid_request_error", code: "resource_missing", param: "starting_after" };
    let paid = "";
    const stripe = clientThat(world.local, async ({ path }, send) => {
      const asked = new URLSearchParams(path.split("?")[1]);
      const isRefused = asked.get("starting_after") === paid && asked.get("status") === "open";
      return isRefused ? answer(404, { error: refusal }) : send();
    });
    const admin = world.service({ stripe }).asOperator({ actor: "test" });
    const { data, nextCursor } = await admin.listInvoices({ status: "open", limit: 1 });
    paid = data[0]?.id ?? "";
    await world.stripe.invoices.pay(paid, { paid_out_of_band: true });
    const next = await admin.listInvoices({ status: "open", after: nextCursor ?? "" });
    expect(next.data).toHaveLength(1);
    expect(next.data[0]).toMatchObject({ status: "open", tenantId: "billed" });
    await expect(admin.listInvoices({ after: "in_missing" })).rejects.toMatchObject({
      code: "invalid_argument",
      message: "after must be the nextCursor of a page of this list.",
    });
  });
});
