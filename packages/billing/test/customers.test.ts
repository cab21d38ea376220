import { inspect } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type AuditEvent,
  connectTenancy,
  directoryTenancy,
  memoryDirectory,
  NotFoundError,
  type StripeBillingService,
} from "../src/index.js";
import { type BuiltPackage, buildPackage, runModule } from "./built-package.js";
import { answer, clientThat } from "./isolation/intercepted-client.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "./stripe-world.js";

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
  billing = world.service();
  world.local.faults.clear();
  world.local.setSearchDelay(0);
  world.takeRequests();
});

afterAll(() => world.close());

/** The customers that Stripe has under a reference, whoever's they are. */
async function customersUnder(reference: string): Promise<string[]> {
  const { data } = await world.stripe.customers.search({
    query: `metadata["billingReference"]:"${reference}"`,
    limit: 100,
  });
  return data.map(({ id }) => id);
}

const SEARCH = "GET /v1/customers/search";
const CREATE = "POST /v1/customers";

describe("ensureCustomer", () => {
  it("makes a customer with the tenant's mark, the reference and the details", async () => {
    const customer = await billing.forTenant("acme").ensureCustomer({
      reference: "workspace-1",
      email: "billing@acme.example",
      name: "Acme GmbH",
      phone: "+49 30 1234",
      description: "A workspace",
      address: { line1: "Weg 1", city: "Berlin", postalCode: "10115", country: "DE" },
      preferredLocales: ["de", "en-GB"],
      taxExempt: "reverse",
      metadata: { plan: "team" },
    });

    expect(customer).toMatchObject({
      reference: "workspace-1",
      email: "billing@acme.example",
      name: "Acme GmbH",
      phone: "+49 30 1234",
      description: "A workspace",
      address: {
        line1: "Weg 1",
        line2: null,
        city: "Berlin",
        state: null,
        postalCode: "10115",
        country: "DE",
      },
      preferredLocales: ["de", "en-GB"],
      taxExempt: "reverse",
      metadata: { plan: "team" },
      balance: 0,
      delinquent: false,
      livemode: false,
    });
    expect(Object.isFrozen(customer)).toBe(true);
    const { metadata } = await world.stripe.customers.retrieve(customer.id).then((found) => {
      if (found.deleted) throw new Error("deleted");
      return found;
    });
    expect(metadata).toEqual({ tenantId: "acme", billingReference: "workspace-1", plan: "team" });
  });

  it("takes three requests to make one, two to find one, and one when it was asked for lately", async () => {
    const details = { reference: "counted", email: "a@acme.example" };
    const { id } = await billing.forTenant("acme").ensureCustomer(details);
    expect(world.local.requests[0]?.params).toMatchObject({ limit: "100" });
    expect(world.takeRequests()).toEqual([SEARCH, CREATE, `POST /v1/customers/${id}`]);

    await billing.forTenant("acme").ensureCustomer(details);
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${id}`]);

    await world.service().forTenant("acme").ensureCustomer(details);
    expect(world.takeRequests()).toEqual([SEARCH, `GET /v1/customers/${id}`]);
  });

  it("tells an existing customer what has changed, and nothing else", async () => {
    const service = billing.forTenant("acme");
    const first = await service.ensureCustomer({ reference: "changing", email: "a@a.example", name: "A" });
    await world.stripe.customers.update(first.id, { metadata: { kept: "yes" }, phone: "1" });
    world.takeRequests();

    const second = await service.ensureCustomer({
      reference: "changing",
      email: "b@a.example",
      name: "A",
      metadata: { plan: "pro", gone: null },
    });
    expect(second).toMatchObject({
      id: first.id,
      email: "b@a.example",
      name: "A",
      phone: "1",
      metadata: { kept: "yes", plan: "pro" },
    });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${first.id}`, `POST /v1/customers/${first.id}`]);

    const cleared = await service.ensureCustomer({
      reference: "changing",
      name: null,
      metadata: { plan: null },
    });
    expect(cleared).toMatchObject({ name: null, email: "b@a.example", metadata: { kept: "yes" } });
    world.takeRequests();
    await service.ensureCustomer({
      reference: "changing",
      name: null,
      metadata: { plan: null },
      address: null,
    });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${first.id}`]);
  });

  it("compares an address whole", async () => {
    const service = billing.forTenant("acme");
    const address = { line1: "Weg 1", city: "Berlin" };
    const { id } = await service.ensureCustomer({ reference: "moving", address });
    world.takeRequests();
    await service.ensureCustomer({ reference: "moving", address });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${id}`]);

    const moved = await service.ensureCustomer({ reference: "moving", address: { line1: "Weg 1" } });
    expect(moved.address).toMatchObject({ line1: "Weg 1", city: null });
  });

  it("keeps the references of tenants apart, and those that differ in case", async () => {
    const [a, b, twin, upper] = await Promise.all([
      billing.forTenant("acme").ensureCustomer({ reference: "same" }),
      billing.forTenant("globex").ensureCustomer({ reference: "same" }),
      billing.forTenant("ACME").ensureCustomer({ reference: "same" }),
      billing.forTenant("acme").ensureCustomer({ reference: "SAME" }),
    ]);
    expect(new Set([a.id, b.id, twin.id, upper.id]).size).toBe(4);
    const again = world.service();
    expect((await again.forTenant("ACME").ensureCustomer({ reference: "same" })).id).toBe(twin.id);
    expect((await again.forTenant("acme").ensureCustomer({ reference: "SAME" })).id).toBe(upper.id);
  });

  it("never takes a customer by its e-mail", async () => {
    const stranger = await world.stripe.customers.create({
      email: "shared@mail.example",
      metadata: { tenantId: "acme" },
    });
    const made = await billing
      .forTenant("acme")
      .ensureCustomer({ reference: "newcomer", email: "shared@mail.example" });
    expect(made.id).not.toBe(stranger.id);
    expect(world.takeRequests()).toContain(CREATE);
  });

  it("makes one customer for a hundred calls at once in one process, and asks Stripe to make it once", async () => {
    const service = world.service();
    const made = await Promise.all(
      Array.from({ length: 100 }, () =>
        service.forTenant("acme").ensureCustomer({ reference: "crowd", email: "crowd@a.example" }),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    const requests = world.takeRequests();
    expect(requests.filter((request) => request.startsWith("POST"))).toEqual([
      CREATE,
      `POST /v1/customers/${made[0]?.id}`,
    ]);
    expect(requests.filter((request) => request === SEARCH)).toHaveLength(1);
  });

  it("makes no tenant wait until another has its customer", async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const stripe = clientThat(world.local, async ({ path }, send) => {
      if (path.includes("acme")) await held;
      return send();
    });
    const service = world.service({ stripe });
    const reference = "wanted-by-two";
    const slow = service.forTenant("acme").ensureCustomer({ reference });
    const quick = await service.forTenant("globex").ensureCustomer({ reference });
    letGo();

    expect((await slow).id).not.toBe(quick.id);
  });

  it("makes one customer for many services at once while the search knows none of it", async () => {
    world.local.setSearchDelay(60_000);
    // The first to be made is not there yet when the others ask: they are told to come again.
    world.local.faults.add({ kind: "latency", milliseconds: 300, method: "POST", path: "/v1/customers" });
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        world
          .service()
          .forTenant("acme")
          .ensureCustomer({ reference: "race", email: `race-${index}@a.example` }),
      ),
    );
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(world.local.requests.filter(({ status }) => status === 409).length).toBeGreaterThan(0);
    world.local.setSearchDelay(0);
    expect(await customersUnder("race")).toHaveLength(1);
  });

  it("makes another one when the customer was deleted, though Stripe still answers with the old one", async () => {
    const service = billing.forTenant("acme");
    const first = await service.ensureCustomer({ reference: "phoenix", name: "Phoenix" });
    await world.stripe.customers.del(first.id);
    const second = await service.ensureCustomer({ reference: "phoenix", name: "Phoenix" });
    expect(second.id).not.toBe(first.id);

    await world.stripe.customers.del(second.id);
    const third = await Promise.all([
      service.ensureCustomer({ reference: "phoenix" }),
      world.service().forTenant("acme").ensureCustomer({ reference: "phoenix" }),
    ]);
    expect(third[0].id).toBe(third[1].id);
    expect([first.id, second.id]).not.toContain(third[0].id);
    expect(await customersUnder("phoenix")).toEqual([third[0].id]);
  });

  it("finds the customer again after Stripe has forgotten the idempotency key", async () => {
    const { id } = await billing.forTenant("acme").ensureCustomer({ reference: "old" });
    world.local.advanceBy(48 * 3_600_000);
    expect((await world.service().forTenant("acme").ensureCustomer({ reference: "old" })).id).toBe(id);
  });

  it("uses the oldest of several, and reports the others", async () => {
    const metadata = { tenantId: "acme", billingReference: "doubled" };
    const oldest = await world.stripe.customers.create({ metadata });
    world.local.advanceBy(2_000);
    await world.stripe.customers.create({ metadata });
    await world.stripe.customers.create({ metadata });
    const audits: AuditEvent[] = [];
    const service = world.service({ onAudit: (event) => audits.push(event) });

    expect((await service.forTenant("acme").ensureCustomer({ reference: "doubled" })).id).toBe(oldest.id);
    expect(audits).toEqual([{ type: "duplicate_customer", tenantId: "acme", call: SEARCH, count: 2 }]);
  });

  it.each([
    ["the oldest", 2_000],
    ["of those of one second always the same", 0],
  ])("uses %s, however the search orders them", async (which, apartMs) => {
    const reference = `ordered-${apartMs}`;
    const metadata = { tenantId: "acme", billingReference: reference };
    const ids: string[] = [];
    for (let made = 0; made < 3; made++) {
      ids.push((await world.stripe.customers.create({ metadata })).id);
      world.local.advanceBy(apartMs);
    }
    const used = new Set<string>();
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
    ]) {
      const stripe = clientThat(world.local, async ({ path }, send) => {
        if (!path.startsWith("/v1/customers/search")) return send();
        const found = Object(await (await send()).toJSON());
        const data = order.map((at) => found.data.find(({ id }: { id: string }) => id === ids[at]));
        return answer(200, { ...found, data });
      });
      const service = world.service({ stripe }).forTenant("acme");
      used.add((await service.ensureCustomer({ reference })).id);
    }
    if (which === "the oldest") expect([...used]).toEqual([ids[0]]);
    else expect(used.size).toBe(1);
  });

  it("goes on to the next where the oldest is gone before it is told what has changed", async () => {
    const metadata = { tenantId: "acme", billingReference: "half-gone" };
    const oldest = await world.stripe.customers.create({ metadata });
    world.local.advanceBy(2_000);
    const next = await world.stripe.customers.create({ metadata });
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      if (method === "POST" && path.endsWith(oldest.id)) await world.stripe.customers.del(oldest.id);
      return send();
    });
    const audits: AuditEvent[] = [];
    const service = world.service({ stripe, onAudit: (event) => audits.push(event) }).forTenant("acme");
    const found = await service.ensureCustomer({ reference: "half-gone", name: "H" });
    expect(found).toMatchObject({ id: next.id, name: "H" });
    expect(audits.filter(({ type }) => type === "duplicate_customer")).toEqual([]);
  });

  it("says that the customer is made where its details are refused", async () => {
    const stripe = clientThat(world.local, async ({ method, path }, send) =>
      method === "POST" && path !== "/v1/customers"
        ? answer(400, { error: { type: "invalid_request_error" } })
        : send(),
    );
    const service = world.service({ stripe }).forTenant("acme");
    await expect(service.ensureCustomer({ reference: "refused", name: "R" })).rejects.toMatchObject({
      code: "indeterminate",
      completed: ["the customer"],
      failed: "its details",
    });
  });

  it("makes another one where the customer is deleted before it has its details", async () => {
    let gone = "";
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      if (method === "POST" && path !== "/v1/customers" && gone === "") {
        gone = path.replace("/v1/customers/", "");
        await world.stripe.customers.del(gone);
      }
      return send();
    });
    const service = world.service({ stripe }).forTenant("acme");
    const made = await service.ensureCustomer({ reference: "hasty", name: "H" });
    expect(made).toMatchObject({ name: "H", reference: "hasty" });
    expect(made.id).not.toBe(gone);
  });

  it("gives up where every customer that Stripe makes is gone at once", async () => {
    const made = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    await world.stripe.customers.del(made.id);
    const stripe = clientThat(world.local, async ({ method, path }, send) =>
      method === "POST" && path === "/v1/customers"
        ? answer(200, made, { "idempotent-replayed": "true" })
        : send(),
    );
    const service = world.service({ stripe }).forTenant("acme");
    await expect(service.ensureCustomer({ reference: "fleeting" })).rejects.toMatchObject({
      code: "conflict",
      message:
        "The customer was deleted or assigned to another tenant each time it was created. Try again later.",
    });
  });

  it("is told of fewer languages than before", async () => {
    const service = billing.forTenant("acme");
    const preferredLocales = ["de-AT", "zh-Hant-TW"];
    await service.ensureCustomer({ reference: "polyglot", preferredLocales });
    const { id } = await service.ensureCustomer({ reference: "polyglot", preferredLocales: ["de-AT"] });
    expect(await service.getCustomer(id)).toMatchObject({ preferredLocales: ["de-AT"] });
    world.takeRequests();
    await service.ensureCustomer({ reference: "polyglot", preferredLocales: ["de-AT"] });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${id}`]);
  });

  it("waits while Stripe has the customer locked", async () => {
    const service = billing.forTenant("acme");
    const { id } = await service.ensureCustomer({ reference: "locked" });
    world.local.faults.add({ kind: "lock_timeout", method: "POST", path: `/v1/customers/${id}`, times: 3 });
    expect((await service.ensureCustomer({ reference: "locked", name: "L" })).name).toBe("L");
  });

  it("gives up within its time, however long Stripe is busy", async () => {
    world.local.faults.add({ kind: "conflict", path: "/v1/customers", times: 1_000 });
    const startedAt = performance.now();
    await expect(
      billing.forTenant("acme").ensureCustomer({ reference: "busy", timeoutMs: 300 }),
    ).rejects.toMatchObject({ code: "rate_limited", retryable: true });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });

  it("makes one customer although the first answer was lost", async () => {
    world.local.faults.add({ kind: "stall", when: "after", method: "POST", path: "/v1/customers" });
    const service = billing.forTenant("acme");
    await expect(service.ensureCustomer({ reference: "lost", timeoutMs: 200 })).rejects.toMatchObject({
      code: "indeterminate",
      retryable: true,
    });
    const { id } = await service.ensureCustomer({ reference: "lost" });
    expect(await customersUnder("lost")).toEqual([id]);
  });

  it("shows the reference, which may be a person's, in no error", async () => {
    world.local.faults.add({ kind: "stall", when: "after", method: "POST", path: "/v1/customers" });
    const reference = "ada@acme.example";
    const error: unknown = await billing
      .forTenant("acme")
      .ensureCustomer({ reference, timeoutMs: 200 })
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "indeterminate", idempotencyKey: expect.stringMatching(/^\w+$/) });
    expect(inspect(error, { depth: 10 })).not.toContain("ada");
  });

  it.each(["tenantId", "TENANTID", "billingReference", " billingreference"])(
    "refuses the metadata key %j",
    async (key) => {
      const metadata = { [key]: "globex" };
      await expect(
        billing.forTenant("acme").ensureCustomer({ reference: "a", metadata }),
      ).rejects.toMatchObject({ code: "reserved_metadata" });
      await expect(
        billing.forTenant("acme").updateCustomer(acme.customerId, { metadata }),
      ).rejects.toMatchObject({ code: "reserved_metadata" });
      expect(world.takeRequests()).toEqual([]);
    },
  );
});

describe("ensureCustomer in several processes at once", () => {
  let built: BuiltPackage;

  beforeAll(async () => {
    built = await buildPackage();
  }, 60_000);
  afterAll(() => built.remove());

  /** A process that makes 20 calls at once, for the same reference and details of its own. */
  function aProcess(reference: string, index: number): Promise<string[]> {
    const { host, port, secretKey } = world.local;
    return runModule<string[]>(`
      import Stripe from "stripe";
      import { StripeBillingService } from ${JSON.stringify(built.indexUrl)};
      const stripe = new Stripe(${JSON.stringify(secretKey)}, {
        host: ${JSON.stringify(host)}, port: ${port}, protocol: "http", telemetry: false,
      });
      const acme = new StripeBillingService({ stripe, tenantId: "acme" });
      const calls = Array.from({ length: 20 }, (_, call) =>
        acme.ensureCustomer({ reference: ${JSON.stringify(reference)}, name: "Process ${index}", metadata: { call: String(call) } }));
      console.log(JSON.stringify((await Promise.all(calls)).map(({ id }) => id)));
    `);
  }

  it("makes one customer for a hundred calls", async () => {
    world.local.setSearchDelay(60_000);
    world.local.faults.add({ kind: "latency", milliseconds: 1_500, method: "POST", path: "/v1/customers" });
    const answers = await Promise.all(Array.from({ length: 5 }, (_, index) => aProcess("fleet", index)));

    const ids = answers.flat();
    expect(ids).toHaveLength(100);
    expect(new Set(ids).size).toBe(1);
    world.local.setSearchDelay(0);
    expect(await customersUnder("fleet")).toEqual([ids[0]]);
    const customer = await billing.forTenant("acme").getCustomer(ids[0]);
    expect(customer).toMatchObject({ reference: "fleet", name: expect.stringMatching(/^Process \d$/) });
  }, 60_000);
});

describe("ensureCustomer with a directory", () => {
  it("links the customer, so that it may be left out after that", async () => {
    const directory = memoryDirectory();
    const service = world.service({ tenancy: directoryTenancy(directory) }).forTenant("linked");
    const { id } = await service.ensureCustomer({ reference: "only", name: "Only" });

    expect(await directory.tenantOf(id)).toBe("linked");
    expect(await service.getCustomer()).toMatchObject({ id, reference: "only", name: "Only" });
    expect((await service.updateCustomer(undefined, { name: "Same" })).id).toBe(id);
  });

  it("converges on one linked customer when the link failed, within a day and after it", async () => {
    for (const laterMs of [0, 48 * 3_600_000]) {
      const directory = memoryDirectory();
      const link = vi.fn(directory.link).mockRejectedValueOnce(new Error("the database is away"));
      const tenancy = directoryTenancy({ ...directory, link });
      const reference = `stopped-${laterMs}`;
      await expect(
        world.service({ tenancy }).forTenant("linked").ensureCustomer({ reference }),
      ).rejects.toMatchObject({ code: "indeterminate", cause: { code: "directory_unavailable" } });

      world.local.advanceBy(laterMs);
      const { id } = await world.service({ tenancy }).forTenant("linked").ensureCustomer({ reference });
      expect(await customersUnder(reference)).toEqual([id]);
      expect(await directory.customersOf("linked")).toEqual([id]);
    }
  });

  it("does not link what another reference, or nobody here, has made", async () => {
    const directory = memoryDirectory();
    const unlinked = await world.stripe.customers.create({
      metadata: { tenantId: "linked", billingReference: "other" },
    });
    const service = world.service({ tenancy: directoryTenancy(directory) }).forTenant("linked");
    const { id } = await service.ensureCustomer({ reference: "OTHER" });
    expect(await directory.customersOf("linked")).toEqual([id]);
    await expect(service.getCustomer(unlinked.id)).rejects.toThrow(NotFoundError);
    expect(await directory.tenantOf(unlinked.id)).toBeUndefined();
  });

  it("refuses a customer that the directory gives to another tenant", async () => {
    const directory = memoryDirectory();
    const stolen = await world.stripe.customers.create({
      metadata: { tenantId: "linked", billingReference: "claimed" },
    });
    await directory.link("globex", stolen.id);
    const audits: AuditEvent[] = [];
    const service = world.service({
      tenancy: directoryTenancy(directory),
      onAudit: (event) => audits.push(event),
    });
    const { id } = await service.forTenant("linked").ensureCustomer({ reference: "claimed" });
    expect(id).not.toBe(stolen.id);
    expect(await directory.tenantOf(stolen.id)).toBe("globex");
    expect(audits.map(({ type }) => type)).toEqual(["ownership_conflict", "foreign_search_hit"]);
  });

  it("makes none where the directory cannot be written to", async () => {
    const { tenantOf, customersOf } = memoryDirectory();
    const service = world.service({ tenancy: directoryTenancy({ tenantOf, customersOf }) });
    await expect(service.forTenant("acme").ensureCustomer({ reference: "a" })).rejects.toMatchObject({
      code: "configuration",
    });
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("ensureCustomer with connected accounts", () => {
  it("makes the customer in the tenant's own account", async () => {
    const account = world.local.connectAccount();
    const tenancy = connectTenancy({
      accountOf: (tenantId) => (tenantId === "far" ? account : undefined),
      tenantOf: (id) => (id === account ? "far" : undefined),
    });
    const { id } = await world.service({ tenancy }).forTenant("far").ensureCustomer({ reference: "away" });
    expect(await customersUnder("away")).toEqual([]);
    expect((await world.stripe.customers.retrieve(id, {}, { stripeAccount: account })).id).toBe(id);
    expect((await world.service({ tenancy }).forTenant("far").ensureCustomer({ reference: "away" })).id).toBe(
      id,
    );
  });
});

describe("getCustomer and updateCustomer", () => {
  it("read and change the tenant's own, which is proved anew before it is changed", async () => {
    const service = billing.forTenant("acme");
    expect(await service.getCustomer(acme.customerId)).toMatchObject({
      id: acme.customerId,
      reference: null,
      name: "acme Inc",
    });
    expect(world.takeRequests()).toEqual([`GET /v1/customers/${acme.customerId}`]);

    const changed = await service.updateCustomer(acme.customerId, {
      phone: "123",
      description: null,
      metadata: { a: "1" },
    });
    expect(changed).toMatchObject({ phone: "123", description: null, metadata: { a: "1" } });
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      `POST /v1/customers/${acme.customerId}`,
    ]);

    await world.service().forTenant("acme").updateCustomer(acme.customerId, { phone: null });
    expect(world.takeRequests()).toEqual([
      `GET /v1/customers/${acme.customerId}`,
      `POST /v1/customers/${acme.customerId}`,
    ]);
  });

  it("answer another tenant's, a deleted and a missing customer alike, and write nothing", async () => {
    const deleted = await world.stripe.customers.create({ metadata: { tenantId: "acme" } });
    await world.stripe.customers.del(deleted.id);
    world.takeRequests();
    const service = billing.forTenant("acme");
    for (const id of [globex.customerId, deleted.id, "cus_missing"]) {
      await expect(service.getCustomer(id)).rejects.toThrow(NotFoundError);
      await expect(service.updateCustomer(id, { name: "Mine" })).rejects.toThrow(NotFoundError);
    }
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
  });

  it("refuse a change of nothing, and a new reference", async () => {
    for (const changes of [{}, { reference: "mine" }, { metadata: "" }, { tenantId: "globex" }]) {
      await expect(
        billing.forTenant("acme").updateCustomer(acme.customerId, changes as never),
      ).rejects.toMatchObject({ code: "invalid_argument" });
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("send nothing but what is named, and clear what is null", async () => {
    const service = billing.forTenant("acme");
    const address = { line1: "", line2: "", city: "", state: "", postal_code: "", country: "" };
    const line = "x".repeat(200);
    for (const [details, sent] of [
      [
        { email: null, phone: null },
        { email: "", phone: "" },
      ],
      [
        { name: null, description: null, address: null },
        { name: "", description: "", address: "" },
      ],
      [
        { address: { line1: line, line2: line, city: line, state: line, postalCode: "1".repeat(50) } },
        {
          address: {
            ...address,
            line1: line,
            line2: line,
            city: line,
            state: line,
            postal_code: "1".repeat(50),
          },
        },
      ],
      [{ address: { country: "DE", city: null } }, { address: { ...address, country: "DE" } }],
      [
        { email: `${"a".repeat(255)}@${"b".repeat(256)}` },
        { email: `${"a".repeat(255)}@${"b".repeat(256)}` },
      ],
      [
        { name: "n".repeat(256), phone: "1".repeat(20) },
        { name: "n".repeat(256), phone: "1".repeat(20) },
      ],
      [{ description: `two\n${"l".repeat(4996)}` }, { description: `two\n${"l".repeat(4996)}` }],
      [{ taxExempt: "none" }, { tax_exempt: "none" }],
      [{ taxExempt: "exempt" }, { tax_exempt: "exempt" }],
      [{ taxExempt: "reverse" }, { tax_exempt: "reverse" }],
      [
        { preferredLocales: Array.from({ length: 10 }, () => "fil-Latn-PH") },
        { preferred_locales: Array.from({ length: 10 }, () => "fil-Latn-PH") },
      ],
    ] as const) {
      world.local.clearRequests();
      await service.updateCustomer(acme.customerId, details);
      expect(world.local.requests.at(-1)?.params).toEqual(sent);
    }
  });

  it("refuse a change of nothing in one sentence", async () => {
    await expect(billing.forTenant("acme").updateCustomer(acme.customerId, {})).rejects.toThrow(
      "Name at least one detail to change.",
    );
  });

  it("make the change once for one idempotency key, and refuse other details under it", async () => {
    const service = billing.forTenant("acme");
    const idempotencyKey = "rename-1";
    await service.updateCustomer(acme.customerId, { name: "First", idempotencyKey });
    await service.updateCustomer(acme.customerId, { name: "First", idempotencyKey });
    await expect(
      service.updateCustomer(acme.customerId, { name: "Second", idempotencyKey }),
    ).rejects.toMatchObject({ code: "conflict" });
  });
});
