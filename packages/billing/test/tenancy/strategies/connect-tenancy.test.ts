import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type AccountDirectory,
  ConfigurationError,
  connectTenancy,
  type StripeBillingService,
} from "../../../src/index.js";
import { type StripeWorld, startStripeWorld, type TenantWorld } from "../../stripe-world.js";
import { describeTenancyContract } from "../tenancy-contract.js";

/** An application's table of accounts. */
class Accounts implements AccountDirectory {
  readonly #accounts = new Map<string, string>();

  accountOf(tenantId: string): string | undefined {
    return this.#accounts.get(tenantId);
  }

  tenantOf(account: string): string | undefined {
    return [...this.#accounts].find(([, linked]) => linked === account)?.[0];
  }

  link(tenantId: string, account: string): void {
    this.#accounts.set(tenantId, account);
  }
}

const open = (world: StripeWorld, accounts: Accounts) => ({
  /** In an account that is linked to nobody. */
  addStray: async (tenantId: string) => {
    const stripeAccount = world.local.connectAccount();
    const stray = await world.addTenant(tenantId, { stripeAccount, metadata: {} });
    return { stray, adopt: async () => accounts.link(tenantId, stripeAccount) };
  },
  whereIs: (tenantId: string) => ({ stripeAccount: accounts.accountOf(tenantId) ?? "acct_none" }),
});

describeTenancyContract("connectTenancy", async () => {
  const world = await startStripeWorld();
  const accounts = new Accounts();
  const { addStray, whereIs } = open(world, accounts);
  return {
    world,
    tenancy: connectTenancy(accounts),
    addTenant: async (tenantId) => {
      const { stray, adopt } = await addStray(tenantId);
      await adopt();
      return stray;
    },
    addStray,
    addProducts: async (tenantId) => {
      const add = async (metadata: Record<string, string>) => {
        const product = await world.stripe.products.create({ name: "Ours", metadata }, whereIs(tenantId));
        return product.id;
      };
      const onPlatform = await world.stripe.products.create({ name: "Platform's", metadata: { tenantId } });
      return {
        // Whatever their metadata say: the account alone decides.
        own: [await add({}), await add({ tenantId: "globex" }), await add({ tenantId: "*" })],
        shared: [],
        invisible: [onPlatform.id],
      };
    },
    events: {
      "on a tenant's account": ({ acme }) => ({
        origin: { account: whereIs("acme").stripeAccount, customerId: acme.customerId },
        expected: "acme",
      }),
      "on a tenant's account, with another tenant's mark": () => ({
        origin: { account: whereIs("globex").stripeAccount, metadata: { tenantId: "acme" } },
        expected: "globex",
      }),
      "on an account that nobody knows yet": () => ({
        origin: { account: "acct_unknown" },
        expected: "unknown",
      }),
      "on an account that can be none": () => ({ origin: { account: "platform" }, expected: "nobody" }),
      "on the platform's own account": ({ acme }) => ({
        origin: { customerId: acme.customerId, metadata: { tenantId: "acme" } },
        expected: "nobody",
      }),
    },
    whereIs,
    close: () => world.close(),
  };
});

describe("connectTenancy", () => {
  let world: StripeWorld;
  let accounts: Accounts;
  let service: StripeBillingService;

  beforeAll(async () => {
    world = await startStripeWorld();
  });
  beforeEach(() => {
    accounts = new Accounts();
    service = world.service({ tenancy: connectTenancy(accounts) });
  });
  afterAll(() => world.close());

  const addLinked = async (tenantId: string): Promise<TenantWorld> => {
    const { stray, adopt } = await open(world, accounts).addStray(tenantId);
    await adopt();
    return stray;
  };

  /** Every method, those that search, list and write included. */
  async function callEverything(billing: StripeBillingService, tenant: TenantWorld): Promise<unknown[]> {
    const { customerId, subscriptionId } = tenant;
    const calls = [
      () => billing.getSubscription(subscriptionId),
      () => billing.listCustomerSubscriptions(customerId, { status: "all" }),
      () => billing.createCustomerPortalSession(customerId),
      () => billing.listTenantProducts({ active: "all" }),
      () => billing.cancelSubscription(subscriptionId),
      () => billing.cancelSubscription(subscriptionId, { when: "now" }),
    ];
    const outcomes: unknown[] = [];
    for (const call of calls)
      outcomes.push(
        await call().then(
          () => "done",
          (error: unknown) => error,
        ),
      );
    return outcomes;
  }

  it("sends exactly the tenant's Stripe-Account with every request, whichever tenant was served before", async () => {
    const tenants = [await addLinked("acme"), await addLinked("globex"), await addLinked("initech")];
    for (const tenant of [...tenants, ...tenants]) {
      world.takeRequests();
      const outcomes = await callEverything(service.forTenant(tenant.tenantId), tenant);
      expect(outcomes).toEqual(Array(outcomes.length).fill("done"));

      const sent = world.local.requests.map(({ headers }) => headers["stripe-account"]);
      expect(sent.length).toBeGreaterThan(5);
      expect(new Set(sent)).toEqual(new Set([accounts.accountOf(tenant.tenantId)]));
    }
  });

  it("sends each tenant's own account when tenants are served at once", async () => {
    const tenants = await Promise.all(["acme", "globex", "initech"].map(addLinked));
    world.takeRequests();
    await Promise.all(tenants.map((tenant) => callEverything(service.forTenant(tenant.tenantId), tenant)));
    const requests = world.local.requests.filter(({ path }) => /(?:cus|sub)_/.test(path));
    expect(requests.length).toBeGreaterThan(8);
    for (const { path, headers } of requests) {
      const owner = tenants.find(({ customerId, subscriptionId }) =>
        [customerId, subscriptionId].some((id) => path.includes(id)),
      );
      expect(headers["stripe-account"]).toBe(accounts.accountOf(owner?.tenantId ?? ""));
    }
  });

  const UNUSABLE: Readonly<Record<string, unknown>> = {
    none: undefined,
    null: null,
    blank: "",
    "a space": " ",
    "not an account's id": "cus_1",
    "an account's id with a line break": "acct_1\r\nStripe-Account: acct_2",
    "an account's id with a space after it": "acct_1 ",
    "two ids": "acct_1,acct_2",
    "a bare prefix": "acct_",
    "a list": ["acct_1"],
    "an object that reads as one": { toString: () => "acct_1" },
    "too long": `acct_${"1".repeat(300)}`,
  };

  it.each(Object.entries(UNUSABLE))(
    "refuses a tenant whose account is %s, and sends nothing",
    async (_, account) => {
      const acme = await addLinked("acme");
      const directory = { accountOf: () => account, tenantOf: () => "acme" };
      const tenancy: unknown = Reflect.apply(connectTenancy, undefined, [directory]);
      const billing = world
        .service({ tenancy: tenancy as ReturnType<typeof connectTenancy> })
        .forTenant("acme");
      world.takeRequests();

      for (const outcome of await callEverything(billing, acme)) {
        expect(outcome).toMatchObject({ name: "AccountMismatchError", code: "account_mismatch" });
      }
      expect(world.takeRequests()).toEqual([]);
    },
  );

  it("refuses an account that is linked back to another tenant, or to nobody, and sends nothing", async () => {
    const acme = await addLinked("acme");
    accounts.link("globex", accounts.accountOf("acme") ?? "");
    expect(accounts.tenantOf(accounts.accountOf("globex") ?? "")).toBe("acme");
    world.takeRequests();
    for (const outcome of await callEverything(service.forTenant("globex"), acme)) {
      expect(outcome).toMatchObject({
        code: "account_mismatch",
        message: "This tenant has no connected account of its own. Link one in the directory.",
      });
    }

    const oneWay = connectTenancy({ accountOf: () => "acct_1", tenantOf: () => undefined });
    for (const outcome of await callEverything(world.service({ tenancy: oneWay }).forTenant("acme"), acme)) {
      expect(outcome).toMatchObject({ code: "account_mismatch" });
    }
    expect(world.takeRequests()).toEqual([]);
    await expect(service.forTenant("acme").getSubscription(acme.subscriptionId)).resolves.toBeDefined();
  });

  it("says the same to a tenant without an account as to one with another's", async () => {
    const acme = await addLinked("acme");
    accounts.link("globex", accounts.accountOf("acme") ?? "");
    const [unknown, foreign] = await Promise.all(
      ["nobody", "globex"].map((tenantId) =>
        service
          .forTenant(tenantId)
          .getSubscription(acme.subscriptionId)
          .then(undefined, (error: unknown) => error),
      ),
    );
    expect(foreign).toStrictEqual(unknown);
  });

  it("forgets what it proved on one account when the tenant moves to another", async () => {
    const acme = await addLinked("acme");
    const billing = service.forTenant("acme");
    await billing.getSubscription(acme.subscriptionId);
    await billing.cancelSubscription(acme.subscriptionId);

    const moved = world.local.connectAccount();
    accounts.link("acme", moved);
    world.takeRequests();
    await expect(billing.cancelSubscription(acme.subscriptionId)).rejects.toMatchObject({
      code: "not_found",
    });
    expect(world.local.requests.map(({ method, headers }) => [method, headers["stripe-account"]])).toEqual([
      ["GET", moved],
    ]);
  });

  it("does not give an account's events to a tenant that is linked to another account", async () => {
    await addLinked("acme");
    const stale = connectTenancy({
      accountOf: (tenantId) => accounts.accountOf(tenantId),
      tenantOf: (account) => (account === "acct_old" ? "acme" : accounts.tenantOf(account)),
    });
    expect(await world.service({ tenancy: stale }).resolveTenant({ account: "acct_old" })).toEqual({
      status: "unknown",
    });
  });

  it("asks the directory about no text that can be no account", async () => {
    const asked: string[] = [];
    const tenancy = connectTenancy({
      accountOf: () => expect.unreachable(),
      tenantOf: (account) => {
        asked.push(account);
        return undefined;
      },
    });
    for (const account of ["", "acct_", "platform", "__proto__", "acct_1/..", `acct_${"x".repeat(251)}`]) {
      expect(await world.service({ tenancy }).resolveTenant({ account })).toEqual({ status: "nobody" });
    }
    expect(asked).toEqual([]);
  });

  it.each(["", "*", " acme", "acme\n", 7, null, ["acme"]])(
    "waits for a tenant where the directory names none that can be one (%j)",
    async (tenantId) => {
      const tenancy = connectTenancy({ accountOf: () => "acct_1", tenantOf: () => tenantId as never });
      expect(await world.service({ tenancy }).resolveTenant({ account: "acct_1" })).toEqual({
        status: "unknown",
      });
    },
  );

  it("resolves an event without asking Stripe", async () => {
    await addLinked("acme");
    world.takeRequests();
    await service.resolveTenant({ account: accounts.accountOf("acme") ?? "", customerId: "cus_1" });
    expect(world.takeRequests()).toEqual([]);
  });

  it("marks nothing, since everything in its account is the tenant's", () => {
    const tenancy = connectTenancy(new Accounts());
    expect(tenancy.markFor("acme")).toEqual({});
    expect(tenancy.reservedMetadata).toEqual([]);
    expect(tenancy.productAccess("acme", { id: "prod_1", metadata: { tenantId: "globex" } })).toBe("own");
  });

  it.each([undefined, null, {}, { accountOf: () => "acct_1" }, { tenantOf: () => "acme" }])(
    "refuses a directory that cannot be asked both ways (%j)",
    (directory) => {
      const making = () => Reflect.apply(connectTenancy, undefined, [directory]);
      expect(making).toThrow(ConfigurationError);
      expect(making).toThrow("needs a directory with accountOf and tenantOf");
    },
  );
});
