import type Stripe from "stripe";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AuditEvent, StripeBillingService, Tenancy, TenantOrigin } from "../../src/index.js";
import type { StripeWorld, TenantWorld } from "../stripe-world.js";

/** One strategy, and how to say in its own way whose something is. */
export interface TenancyUnderTest {
  readonly world: StripeWorld;
  readonly tenancy: Tenancy;
  /** Makes a tenant with a customer, a subscription and a product, which are its own by this strategy. */
  addTenant(tenantId: string): Promise<TenantWorld>;
  /** Makes a tenant and all of it before anything says whose they are; `adopt` does. */
  addStray(tenantId: string): Promise<{ readonly stray: TenantWorld; readonly adopt: () => Promise<void> }>;
  /** Makes products where a tenant's are, of every kind that this strategy knows. */
  addProducts(tenantId: string): Promise<ProductsByAccess>;
  /** What events say about whose they are, and whose that is. */
  readonly events: Readonly<Record<string, EventCase>>;
  /** Where the tenant's objects are, for changing them behind the library's back. */
  whereIs(tenantId: string): Stripe.RequestOptions;
  close(): Promise<void>;
}

export interface ProductsByAccess {
  readonly own: readonly string[];
  readonly shared: readonly string[];
  readonly invisible: readonly string[];
}

/** Of tenants "acme" and "globex". */
export type EventCase = (tenants: { readonly acme: TenantWorld; readonly globex: TenantWorld }) => {
  readonly origin: TenantOrigin;
  readonly expected: "acme" | "globex" | "nobody" | "unknown";
};

/** Everything that takes an id of the kind. */
const METHODS: Readonly<Record<"customerId" | "subscriptionId", Readonly<Record<string, Ask>>>> = {
  customerId: {
    listCustomerSubscriptions: (billing, id) => billing.listCustomerSubscriptions(id),
    createCustomerPortalSession: (billing, id) => billing.createCustomerPortalSession(id),
  },
  subscriptionId: {
    getSubscription: (billing, id) => billing.getSubscription(id),
    cancelSubscription: (billing, id) => billing.cancelSubscription(id),
    "cancelSubscription now": (billing, id) => billing.cancelSubscription(id, { when: "now" }),
  },
};

type Ask = (billing: StripeBillingService, id: string) => PromiseLike<unknown>;

const ASKS = Object.entries(METHODS).flatMap(([kind, methods]) =>
  // The keys of the table above, which Object.entries widens.
  Object.entries(methods).map(([method, ask]) => [method, kind as keyof typeof METHODS, ask] as const),
);

/** What every strategy promises, whoever its authority is; each runs it, and adds what is its own. */
export function describeTenancyContract(name: string, setUp: () => Promise<TenancyUnderTest>): void {
  describe(`${name}, as every tenancy`, () => {
    let subject: TenancyUnderTest;
    let acme: TenantWorld;
    let globex: TenantWorld;
    let service: StripeBillingService;
    let audits: AuditEvent[];

    beforeAll(async () => {
      subject = await setUp();
      acme = await subject.addTenant("acme");
      globex = await subject.addTenant("globex");
    });
    beforeEach(() => {
      audits = [];
      service = coldService();
      subject.world.takeRequests();
    });
    afterAll(() => subject.close());

    const coldService = () =>
      subject.world.service({ tenancy: subject.tenancy, onAudit: (event) => audits.push(event) });

    /** How a question ends, and what was sent for it, with the id left out of both. */
    async function outcomeOf(ask: () => PromiseLike<unknown>, id: string): Promise<Outcome> {
      subject.world.takeRequests();
      const error = await Promise.resolve(ask()).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const requests = subject.world.local.requests.map(({ method, path, query, params, account }) =>
        `${method} ${path}?${query} ${JSON.stringify(params)} ${account}`.replaceAll(id, "<id>"),
      );
      return { error, requests };
    }

    async function expectSame(
      foreignId: string,
      missingId: string,
      ask: Ask,
      billing: () => StripeBillingService,
    ) {
      const foreign = await outcomeOf(() => ask(billing(), foreignId), foreignId);
      const missing = await outcomeOf(() => ask(billing(), missingId), missingId);
      expect(foreign.error).toMatchObject({ name: "NotFoundError", code: "not_found" });
      expect(foreign).toStrictEqual(missing);
      expect(JSON.stringify(foreign.error)).toBe(JSON.stringify(missing.error));
      expect(foreign.requests.join()).not.toMatch(/POST|DELETE/);
    }

    describe.each(ASKS)("%s", (_, kind, ask) => {
      const missingId = kind === "customerId" ? "cus_missing" : "sub_missing";

      it("reaches the tenant's own", async () => {
        const own = await subject.addTenant(`own-${Math.random().toString(36).slice(2)}`);
        await expect(ask(service.forTenant(own.tenantId), own[kind])).resolves.toBeDefined();
      });

      it("says the same of a foreign id as of a missing one, and sends the same, cold", () =>
        expectSame(globex[kind], missingId, ask, () => coldService().forTenant("acme")));

      it("says the same, and sends the same, once it has proofs of both tenants", async () => {
        for (const tenant of [acme, globex]) {
          await service.forTenant(tenant.tenantId).getSubscription(tenant.subscriptionId);
          await service.forTenant(tenant.tenantId).listCustomerSubscriptions(tenant.customerId);
        }
        await expectSame(globex[kind], missingId, ask, () => service.forTenant("acme"));
      });

      it("asks whose it is before what state it is in", async () => {
        const gone = await subject.addTenant(`gone-${Math.random().toString(36).slice(2)}`);
        const { stripe } = subject.world;
        if (kind === "customerId")
          await stripe.customers.del(gone.customerId, {}, subject.whereIs(gone.tenantId));
        else await stripe.subscriptions.cancel(gone.subscriptionId, {}, subject.whereIs(gone.tenantId));

        await expectSame(gone[kind], missingId, ask, () => coldService().forTenant("acme"));
      });

      it("does not remember a refusal: what becomes the tenant's is found", async () => {
        const tenantId = `late-${Math.random().toString(36).slice(2)}`;
        const { stray, adopt } = await subject.addStray(tenantId);
        const billing = service.forTenant(tenantId);
        await expect(ask(billing, stray[kind])).rejects.toMatchObject({ code: expect.any(String) });
        await expect(ask(billing, stray[kind])).rejects.toMatchObject({ code: expect.any(String) });
        await adopt();

        await expect(ask(billing, stray[kind])).resolves.toBeDefined();
      });
    });

    it.each(["listCustomerSubscriptions", "createCustomerPortalSession"])(
      "%s does not find a customer of the tenant's own that was deleted",
      async (method) => {
        const gone = await subject.addTenant(`deleted-${method}`);
        await subject.world.stripe.customers.del(gone.customerId, {}, subject.whereIs(gone.tenantId));
        const ask: Ask = (billing, id) => METHODS.customerId[method]?.(billing, id) ?? Promise.resolve();

        await expectSame(gone.customerId, "cus_missing", ask, () => coldService().forTenant(gone.tenantId));
      },
    );

    it("keeps a proof for the tenant it was made for", async () => {
      await service.forTenant("globex").getSubscription(globex.subscriptionId);
      await service.forTenant("globex").cancelSubscription(globex.subscriptionId);
      subject.world.takeRequests();
      await service.forTenant("globex").listCustomerSubscriptions(globex.customerId);
      expect(subject.world.takeRequests()).toHaveLength(1);

      await expect(service.forTenant("acme").cancelSubscription(globex.subscriptionId)).rejects.toMatchObject(
        {
          code: "not_found",
        },
      );
      expect(subject.world.takeRequests()).toEqual([`GET /v1/subscriptions/${globex.subscriptionId}`]);
    });

    it("lists products that are the tenant's own or shared, and no others", async () => {
      const shop = await subject.addTenant("shop");
      const { own, shared, invisible } = await subject.addProducts("shop");
      const seen: { id: string; shared: boolean }[] = [];
      for await (const product of service.forTenant("shop").listTenantProducts({ limit: 2 }))
        seen.push(product);

      const idsWhere = (isShared: boolean) =>
        seen.filter((each) => each.shared === isShared).map(({ id }) => id);
      expect(idsWhere(false).sort()).toEqual([shop.productId, ...own].sort());
      expect(idsWhere(true).sort()).toEqual([...shared].sort());
      expect(seen.map(({ id }) => id)).not.toContain(globex.productId);
      for (const id of invisible) expect(seen.map((product) => product.id)).not.toContain(id);
    });

    it("hands out results that nobody can change", async () => {
      const billing = service.forTenant("acme");
      const results = [
        await billing.getSubscription(acme.subscriptionId),
        await billing.listCustomerSubscriptions(acme.customerId),
        await billing.createCustomerPortalSession(acme.customerId),
        await billing.listTenantProducts(),
        await service.resolveTenant({ customerId: acme.customerId }),
      ];
      expect(results.flatMap((result) => thawedPartsOf(result))).toEqual([]);
    });

    it("resolves an event to the tenant it is of, to nobody, or to no tenant known yet", async () => {
      const resolved: Record<string, unknown> = {};
      const expected: Record<string, unknown> = {};
      for (const [title, toCase] of Object.entries(subject.events)) {
        const each = toCase({ acme, globex });
        const resolution = await service.resolveTenant(each.origin);
        resolved[title] = resolution.status === "tenant" ? resolution.tenantId : resolution.status;
        expected[title] = each.expected;
      }
      expect(resolved).toEqual(expected);
    });

    it("audits an attempt at a foreign object as the tenant that made it, without naming the other", async () => {
      await expect(service.forTenant("acme").getSubscription(globex.subscriptionId)).rejects.toThrow();
      const accounts = [acme, globex].map(({ tenantId }) => subject.whereIs(tenantId).stripeAccount);
      // Another account's object is missing to Stripe itself, so there is nothing to tell.
      const isSeen = accounts.every((account) => account === undefined);
      expect(audits).toEqual(
        isSeen ? [{ type: "foreign_object", tenantId: "acme", call: GET_SUBSCRIPTION, count: 1 }] : [],
      );
    });
  });
}

const GET_SUBSCRIPTION = "GET /v1/subscriptions/{subscription}";

interface Outcome {
  readonly error: unknown;
  readonly requests: readonly string[];
}

/** The paths of what could still be changed within a value. Dates cannot be frozen. */
function thawedPartsOf(value: unknown, path = "result"): string[] {
  if (typeof value !== "object" || value === null || value instanceof Date) return [];
  const inner = Object.entries(value).flatMap(([key, part]) => thawedPartsOf(part, `${path}.${key}`));
  return Object.isFrozen(value) ? inner : [path, ...inner];
}

/** The products of strategies that tell them by their metadata, in one account with those of other tenants. */
export async function addMarkedProducts(
  { stripe }: StripeWorld,
  tenantId: string,
  key = "tenantId",
): Promise<ProductsByAccess> {
  const add = async (metadata: Record<string, string>) =>
    (await stripe.products.create({ name: "Marked", metadata })).id;
  return {
    own: [await add({ [key]: tenantId }), await add({ [key]: tenantId, note: "second" })],
    shared: [await add({ [key]: "*" })],
    invisible: [
      await add({}),
      await add({ [key]: "" }),
      await add({ [key]: tenantId.toUpperCase() }),
      await add({ [key]: `${tenantId} ` }),
      await add({ [key]: `${tenantId}*` }),
      await add({ [`${key}s`]: tenantId }),
    ],
  };
}
