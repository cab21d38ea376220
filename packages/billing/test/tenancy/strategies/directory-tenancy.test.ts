import { createSchema, describePostgres } from "@repo/test-kit/postgres-schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type AuditEvent,
  ConfigurationError,
  directoryTenancy,
  type LinkableDirectory,
  memoryDirectory,
  NotFoundError,
  postgresDirectory,
  type StripeBillingService,
} from "../../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { addMarkedProducts, describeTenancyContract, type TenancyUnderTest } from "../tenancy-contract.js";

describeDirectory("memoryDirectory", async () => ({
  directory: memoryDirectory(),
  close: () => Promise.resolve(),
}));

describePostgres("on PostgreSQL", () => {
  describeDirectory("postgresDirectory", async () => {
    const schema = await createSchema();
    const directory = postgresDirectory({ pool: schema.pool });
    await directory.createTable();
    return { directory, close: () => schema.drop() };
  });
});

interface OpenDirectory {
  readonly directory: LinkableDirectory;
  readonly close: () => Promise<void>;
}

function describeDirectory(name: string, openDirectory: () => Promise<OpenDirectory>): void {
  describeTenancyContract(`directoryTenancy over ${name}`, async () => setUp(await openDirectory()));

  describe(`directoryTenancy over ${name}`, () => {
    let world: StripeWorld;
    let directory: LinkableDirectory;
    let close: () => Promise<void>;
    let service: StripeBillingService;
    let audits: AuditEvent[];

    beforeAll(async () => {
      ({ directory, close } = await openDirectory());
      world = await startStripeWorld();
    });
    beforeEach(() => {
      audits = [];
      const tenancy = directoryTenancy(directory);
      service = world.service({ tenancy, onAudit: (event) => audits.push(event) });
    });
    afterAll(() => Promise.all([world.close(), close()]));

    /** A tenant whose customer says by its metadata that it is someone else's. */
    async function addContested(linkedTo: string | undefined, mark: string): Promise<TenantWorld> {
      const tenant = await world.addTenant(linkedTo ?? mark, { metadata: { tenantId: mark } });
      if (linkedTo !== undefined) await directory.link(linkedTo, tenant.customerId);
      world.takeRequests();
      return tenant;
    }

    const conflicts = () => audits.filter(({ type }) => type === "ownership_conflict");

    it.each([
      ["its linked tenant", "linked"],
      ["the tenant it is marked for", "marked"],
    ])("refuses a customer whose metadata disagrees to %s, and audits it once", async (_, tenantId) => {
      const { customerId, subscriptionId } = await addContested("linked", "marked");
      const billing = service.forTenant(tenantId);

      await expect(billing.getSubscription(subscriptionId)).rejects.toMatchObject({ code: "not_found" });
      expect(conflicts()).toEqual([
        { type: "ownership_conflict", tenantId, call: "GET /v1/subscriptions/{subscription}", count: 1 },
      ]);
      audits.length = 0;
      await expect(billing.listCustomerSubscriptions(customerId)).rejects.toMatchObject({
        code: "not_found",
      });
      expect(conflicts()).toEqual([
        { type: "ownership_conflict", tenantId, call: "GET /v1/customers/{customer}", count: 1 },
      ]);
      expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    });

    it("says the same of a contested customer as of a missing one", async () => {
      const { customerId } = await addContested("linked", "marked");
      const [contested, missing] = await Promise.all(
        [customerId, "cus_missing"].map((id) =>
          service
            .forTenant("linked")
            .listCustomerSubscriptions(id)
            .then(undefined, (error: unknown) => error),
        ),
      );
      expect(contested).toStrictEqual(missing);
    });

    it("refuses a customer that bears the tenant's mark and is linked to nobody", async () => {
      const { subscriptionId } = await addContested(undefined, "marked");
      await expect(service.forTenant("marked").getSubscription(subscriptionId)).rejects.toMatchObject({
        code: "not_found",
      });
      expect(conflicts()).toHaveLength(1);
    });

    it("tells a third tenant nothing of a conflict that is not its own", async () => {
      const { subscriptionId } = await addContested("linked", "marked");
      await expect(service.forTenant("third").getSubscription(subscriptionId)).rejects.toMatchObject({
        code: "not_found",
      });
      expect(audits.map(({ type }) => type)).toEqual(["foreign_object"]);
    });

    it("accepts a customer again once its metadata agrees", async () => {
      const { customerId, subscriptionId } = await addContested("mended", "marked");
      const billing = service.forTenant("mended");
      await expect(billing.getSubscription(subscriptionId)).rejects.toMatchObject({ code: "not_found" });
      await world.stripe.customers.update(customerId, { metadata: { tenantId: "mended" } });

      await expect(billing.getSubscription(subscriptionId)).resolves.toMatchObject({ customerId });
    });

    it("gives the event of a customer that two tenants lay claim to to neither", async () => {
      const { customerId } = await addContested("linked", "marked");
      const origin = { customerId, metadata: { tenantId: "marked" } };
      expect(await service.resolveTenant(origin)).toEqual({ status: "unknown" });
    });

    describe("without a customer id", () => {
      const calls: Readonly<Record<string, (billing: StripeBillingService) => PromiseLike<unknown>>> = {
        listCustomerSubscriptions: (billing) => billing.listCustomerSubscriptions(),
        createCustomerPortalSession: (billing) => billing.createCustomerPortalSession(),
      };

      it.each(Object.entries(calls))("%s is for the tenant's only customer", async (method, call) => {
        const tenantId = `only-${method}`;
        const { customerId } = await world.addTenant(tenantId);
        await directory.link(tenantId, customerId);
        world.takeRequests();

        await expect(call(service.forTenant(tenantId))).resolves.toBeDefined();
        expect(world.takeRequests()[0]).toBe(`GET /v1/customers/${customerId}`);
      });

      it.each(Object.entries(calls))(
        "%s refuses a tenant with none, or with two, and sends nothing",
        async (method, call) => {
          const tenantId = `two-${method}`;
          for (const id of ["a", "b"]) await directory.link(tenantId, `cus_${method}_${id}`);
          world.takeRequests();

          for (const each of ["nobody", tenantId]) {
            await expect(call(service.forTenant(each))).rejects.toMatchObject({
              name: "InvalidArgumentError",
              message: expect.stringContaining("exactly one customer"),
            });
          }
          expect(world.takeRequests()).toEqual([]);
        },
      );
    });

    it("links a customer again to its own tenant without a change, and never to another", async () => {
      await directory.link("first", "cus_linked");
      await directory.link("first", "cus_linked");
      await expect(directory.link("second", "cus_linked")).rejects.toMatchObject({
        name: "ConflictError",
        code: "conflict",
        message: "This customer is linked to another tenant. Unlink it there first.",
      });
      expect(await directory.tenantOf("cus_linked")).toBe("first");
      expect(await directory.customersOf("first")).toEqual(["cus_linked"]);
      expect(await directory.customersOf("second")).toEqual([]);
    });

    it("tells tenants apart by letter case", async () => {
      await directory.link("Case", "cus_case");
      await expect(directory.link("case", "cus_case")).rejects.toMatchObject({ code: "conflict" });
      expect(await directory.customersOf("case")).toEqual([]);
      expect(await directory.tenantOf("CUS_CASE")).toBeUndefined();
    });

    it.each(["", " ", "a b", "*", "a\n", "'; DROP TABLE billing_customers; --"])(
      "links nothing to %j, which is no tenant's id",
      async (tenantId) => {
        await expect(directory.link(tenantId, "cus_nobody")).rejects.toMatchObject({
          code: "tenant_context",
        });
        expect(await directory.tenantOf("cus_nobody")).toBeUndefined();
      },
    );
  });
}

async function setUp({ directory, close }: OpenDirectory): Promise<TenancyUnderTest> {
  const world = await startStripeWorld();
  const { stripe } = world;
  const unlinked = await stripe.customers.create({ name: "Not linked yet" });
  const addStray = async (tenantId: string) => {
    const stray = await world.addTenant(tenantId, { metadata: {} });
    return { stray, adopt: () => directory.link(tenantId, stray.customerId) };
  };
  return {
    world,
    tenancy: directoryTenancy(directory),
    addTenant: async (tenantId) => {
      const tenant = await world.addTenant(tenantId);
      await directory.link(tenantId, tenant.customerId);
      return tenant;
    },
    addStray,
    addProducts: (tenantId) => addMarkedProducts(world, tenantId),
    events: {
      "about a customer's object": ({ acme }) => ({
        origin: { customerId: acme.customerId },
        expected: "acme",
      }),
      "about a customer": ({ globex }) => ({
        origin: { customerId: globex.customerId, metadata: { tenantId: "globex" } },
        expected: "globex",
      }),
      "about a customer without a mark": ({ globex }) => ({
        origin: { customerId: globex.customerId, metadata: {} },
        expected: "globex",
      }),
      "about a product": () => ({ origin: { metadata: { tenantId: "acme" } }, expected: "acme" }),
      "about a shared product": () => ({ origin: { metadata: { tenantId: "*" } }, expected: "nobody" }),
      "about a product without a mark": () => ({ origin: { metadata: {} }, expected: "nobody" }),
      "about a customer that is not linked": () => ({
        origin: { customerId: unlinked.id },
        expected: "unknown",
      }),
      "about a customer that is marked and not linked": () => ({
        origin: { customerId: unlinked.id, metadata: { tenantId: "acme" } },
        expected: "unknown",
      }),
      "on a connected account": ({ acme }) => ({
        origin: { account: "acct_1", customerId: acme.customerId },
        expected: "nobody",
      }),
    },
    whereIs: () => ({}),
    close: async () => {
      await Promise.all([world.close(), close()]);
    },
  };
}

describe("directoryTenancy", () => {
  it.each([undefined, null, {}, { tenantOf: () => "acme" }, { customersOf: () => [] }])(
    "refuses a directory that lacks one of its questions (%j)",
    (directory) => {
      const making = () => Reflect.apply(directoryTenancy, undefined, [directory]);
      expect(making).toThrow(ConfigurationError);
      expect(making).toThrow("needs a directory with tenantOf and customersOf");
    },
  );

  it("leaves products to the mark in their metadata, which is its own to write", () => {
    const tenancy = directoryTenancy(memoryDirectory(), { key: "org" });
    expect(tenancy.reservedMetadata).toEqual(["org"]);
    expect(tenancy.markFor("acme")).toEqual({ org: "acme" });
    expect(tenancy.productQuery("acme")).toContain('metadata["org"]:"acme"');
    const accessTo = (org: string) => tenancy.productAccess("acme", { id: "prod_1", metadata: { org } });
    expect(["acme", "*", "globex"].map(accessTo)).toEqual(["own", "shared", "none"]);
  });

  it.each(["", "a b", "__proto__", null])("refuses %j for a metadata key", (key) => {
    expect(() => Reflect.apply(directoryTenancy, undefined, [memoryDirectory(), { key }])).toThrow(
      ConfigurationError,
    );
  });

  it("takes nothing inherited for a mark that disagrees, whatever the key", async () => {
    await using world = await closing(startStripeWorld());
    const { customerId, subscriptionId } = await world.addTenant("acme", { metadata: {} });
    const directory = memoryDirectory();
    await directory.link("acme", customerId);
    const tenancy = directoryTenancy(directory, { key: "constructor" });

    await expect(
      world.service({ tenancy }).forTenant("acme").getSubscription(subscriptionId),
    ).resolves.toBeDefined();
  });

  const linkedTo = (tenantId: string | undefined) => ({
    tenantOf: async () => tenantId,
    customersOf: async () => [],
  });
  const neverAsked = () => Promise.reject(new Error("The directory knows."));

  it.each([
    ["acme", "acme", "own"],
    ["acme", undefined, "own"],
    ["acme", "globex", "conflict"],
    ["globex", "acme", "conflict"],
    ["globex", "globex", "none"],
    ["globex", undefined, "none"],
    [undefined, "acme", "unlinked"],
    [undefined, "globex", "none"],
    [undefined, undefined, "none"],
  ] as const)("says of a customer linked to %j and marked for %j: %s", async (linked, mark, access) => {
    const customer = { id: "cus_1", metadata: mark === undefined ? {} : { tenantId: mark } };
    const directory = linkedTo(linked);
    const linkable = directoryTenancy({ ...directory, link: async () => undefined });
    expect(await linkable.customerAccess("acme", customer)).toBe(access);

    // Where it makes no customers, nothing can have stopped between making and linking one.
    const readOnly = access === "unlinked" ? "conflict" : access;
    expect(await directoryTenancy(directory).customerAccess("acme", customer)).toBe(readOnly);
  });

  it.each(["", "*", "a b", "acme\n"])("takes %j for no tenant's id, whoever says it", async (tenantId) => {
    const tenancy = directoryTenancy(linkedTo(tenantId));

    expect(await tenancy.resolveTenant({ customerId: "cus_1" }, neverAsked)).toEqual({ status: "unknown" });
    expect(await tenancy.resolveTenant({ metadata: { tenantId } }, neverAsked)).toEqual({ status: "nobody" });
  });

  it("gives no tenant what happens in a connected account, whatever it names", async () => {
    const origin = { account: "acct_1", customerId: "cus_1", metadata: { tenantId: "acme" } };

    expect(await directoryTenancy(linkedTo("acme")).resolveTenant(origin, neverAsked)).toEqual({
      status: "nobody",
    });
  });

  it("says that its directory failed, whatever it throws, and sends nothing more", async () => {
    await using world = await closing(startStripeWorld());
    const { customerId, subscriptionId } = await world.addTenant("acme");
    const down = new Error("The database is down.");
    const directory = { tenantOf: () => Promise.reject(down), customersOf: () => Promise.reject(down) };
    const unavailable = { code: "directory_unavailable", retryable: true, cause: down };
    const billing = world.service({ tenancy: directoryTenancy(directory) }).forTenant("acme");
    world.takeRequests();

    await expect(billing.getSubscription(subscriptionId)).rejects.toMatchObject(unavailable);
    await expect(billing.getSubscription("sub_missing1234")).rejects.toMatchObject(unavailable);
    await expect(billing.cancelSubscription(subscriptionId, { when: "now" })).rejects.toMatchObject(
      unavailable,
    );
    await expect(billing.createCustomerPortalSession(customerId)).rejects.toMatchObject(unavailable);
    await expect(billing.createCustomerPortalSession()).rejects.toMatchObject(unavailable);
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
  });

  /** A directory that has a row for acme's and globex's customers, and throws for any other. */
  async function withStrictDirectory(world: StripeWorld) {
    const acme = await world.addTenant("acme");
    const globex = await world.addTenant("globex");
    const rows = new Map([
      [acme.customerId, "acme"],
      [globex.customerId, "globex"],
    ]);
    const tenantOf = async (customerId: string) => {
      const owner = rows.get(customerId);
      if (owner === undefined) throw new Error("There is no such row.");
      return owner;
    };
    const tenancy = directoryTenancy({ tenantOf, customersOf: async () => [acme.customerId] });
    return { acme, globex, billing: world.service({ tenancy }).forTenant("acme") };
  }

  it("tells nothing of what is foreign by a directory that throws for what it does not know", async () => {
    await using world = await closing(startStripeWorld());
    const { acme, globex, billing } = await withStrictDirectory(world);
    expect(await billing.getCustomer(acme.customerId)).toMatchObject({ id: acme.customerId });
    const unavailable = { code: "directory_unavailable" };
    for (const [foreign, missing] of [
      [() => billing.getCustomer(globex.customerId), () => billing.getCustomer("cus_missing1234")],
      [
        () => billing.getSubscription(globex.subscriptionId),
        () => billing.getSubscription("sub_missing1234"),
      ],
      [
        () => billing.createCustomerPortalSession(globex.customerId),
        () => billing.createCustomerPortalSession("cus_missing1234"),
      ],
      [
        () => billing.resolveTenant({ customerId: globex.customerId }),
        () => billing.resolveTenant({ customerId: "cus_missing1234" }),
      ],
    ]) {
      await expect(foreign?.()).rejects.toMatchObject(unavailable);
      await expect(missing?.()).rejects.toMatchObject(unavailable);
    }
  });

  it("asks Stripe as much for the tenant of a foreign customer as for that of a missing one", async () => {
    await using world = await closing(startStripeWorld());
    const { customerId: own } = await world.addTenant("acme");
    const { customerId: foreign } = await world.addTenant("globex");
    const directory = memoryDirectory();
    await directory.link("acme", own);
    await directory.link("globex", foreign);
    const service = world.service({ tenancy: directoryTenancy(directory) });
    const asked = async (customerId: string, customerAccount?: string) => {
      world.takeRequests();
      const origin = { customerId, ...(customerAccount && { account: customerAccount }) };
      const { status } = await service.forTenant("acme").resolveTenant(origin);
      return [status, ...world.takeRequests()];
    };
    expect(await asked(own)).toEqual(["tenant"]);
    expect(await asked(foreign)).toEqual(["unknown", `GET /v1/customers/${foreign}`]);
    expect(await asked("cus_missing1234")).toEqual(["unknown", "GET /v1/customers/cus_missing1234"]);
    expect(await asked(foreign, "acct_1")).toEqual(["unknown"]);
    world.takeRequests();
    expect(await service.resolveTenant({ customerId: foreign })).toMatchObject({ tenantId: "globex" });
    expect(world.takeRequests()).toEqual([]);
  });

  it("takes no error that a directory throws for Stripe's, however it is made", async () => {
    await using world = await closing(startStripeWorld());
    const { customerId } = await world.addTenant("acme");
    const thrown = new NotFoundError("There is no such tenant.");
    const directory = memoryDirectory();
    let isDown = true;
    const tenancy = directoryTenancy({
      ...directory,
      tenantOf: async (id) => (id === customerId && isDown ? Promise.reject(thrown) : directory.tenantOf(id)),
      link: async (tenantId, id) => (isDown ? Promise.reject(thrown) : directory.link(tenantId, id)),
    });
    const billing = world.service({ tenancy }).forTenant("acme");
    await expect(billing.getCustomer(customerId)).rejects.toMatchObject({
      code: "directory_unavailable",
      cause: thrown,
    });
    await expect(billing.ensureCustomer({ reference: "w-1" })).rejects.toMatchObject({
      code: "indeterminate",
    });
    isDown = false;
    const { id } = await billing.ensureCustomer({ reference: "w-1" });
    const made = await world.stripe.customers.list({ limit: 100 });
    expect(made.data.filter(({ metadata }) => metadata["billingReference"] === "w-1")).toMatchObject([
      { id },
    ]);
  });

  it("reads a tenant's customers once, and fails by what the reading throws", async () => {
    await using world = await closing(startStripeWorld());
    const { customerId: own } = await world.addTenant("acme");
    const { customerId: foreign } = await world.addTenant("globex");
    const withElement = (get: () => string) => Object.defineProperty([""], 0, { get, enumerable: true });
    const broken = new RangeError("broken");
    let reads = 0;
    const lists: (() => string[])[] = [
      () =>
        withElement(() => {
          throw broken;
        }),
      () => withElement(() => (reads++ === 0 ? own : foreign)),
    ];
    const tenantOf = async (id: string) => (id === own ? "acme" : "globex");
    const [failing, changing] = lists.map((customersOf) =>
      world
        .service({ tenancy: directoryTenancy({ tenantOf, customersOf: async () => customersOf() }) })
        .forTenant("acme"),
    );
    await expect(failing?.getCustomer()).rejects.toMatchObject({
      code: "directory_unavailable",
      cause: broken,
    });
    expect(await changing?.getCustomer()).toMatchObject({ id: own });
    expect(reads).toBe(1);
  });

  it("ends in time when its directory never answers", async () => {
    await using world = await closing(startStripeWorld());
    const { subscriptionId } = await world.addTenant("acme");
    const never = () => new Promise<never>(() => undefined);
    const tenancy = directoryTenancy({ tenantOf: never, customersOf: never });
    const service = world.service({ tenancy });
    const billing = service.forTenant("acme");
    const inTime = { timeoutMs: 80 };

    await expect(billing.getSubscription(subscriptionId, inTime)).rejects.toMatchObject({ code: "deadline" });
    await expect(billing.listCustomerSubscriptions(undefined, inTime)).rejects.toMatchObject({
      code: "deadline",
    });
    await expect(service.resolveTenant({ customerId: "cus_1" }, inTime)).rejects.toMatchObject({
      code: "deadline",
    });
  });
});

/** For `await using`, with the world's own way to end. */
async function closing(starting: Promise<StripeWorld>): Promise<StripeWorld & AsyncDisposable> {
  const world = await starting;
  return { ...world, [Symbol.asyncDispose]: () => world.close() };
}
