import { describe, expect } from "vitest";
import type { ListSubscriptionsOptions } from "../../src/index.js";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";

describe("listCustomerSubscriptions", () => {
  it.for<[ListSubscriptionsOptions, object]>([
    [{}, { limit: "10" }],
    [{ status: "current", limit: 1 }, { limit: "1" }],
    [
      { status: "all", limit: 100 },
      { limit: "100", status: "all" },
    ],
    [{ status: "ended" }, { limit: "10", status: "ended" }],
    [{ status: "past_due" }, { limit: "10", status: "past_due" }],
  ])("asks for %j as Stripe calls it", async ([options, sent], { world, acme, billing }) => {
    await billing.listCustomerSubscriptions(acme.customerId, options);
    expect(world.local.requests.at(-1)?.params).toEqual({
      customer: acme.customerId,
      expand: ["data.schedule"],
      ...sent,
    });
  });

  it.for<[ListSubscriptionsOptions["status"], readonly string[]]>([
    ["current", ["active", "incomplete", "past_due"]],
    ["all", ["active", "canceled", "incomplete", "incomplete_expired", "past_due"]],
    ["ended", ["canceled", "incomplete_expired"]],
    ["past_due", ["past_due"]],
  ])("shows of %s those alone, whatever Stripe lists", async ([status, shown], { world, acme }) => {
    const statuses = ["active", "canceled", "incomplete", "incomplete_expired", "past_due"];
    const one = await world.stripe.subscriptions.retrieve(acme.subscriptionId);
    const data = statuses.map((its, at) => ({ ...one, id: `sub_${at}`, status: its }));
    const stripe = clientThat(world.local, async ({ path }, send) =>
      path.startsWith("/v1/subscriptions?")
        ? answer(200, { object: "list", url: "/v1/subscriptions", has_more: false, data })
        : send(),
    );
    const billing = world.service({ stripe }).forTenant("acme");
    const page = await billing.listCustomerSubscriptions(acme.customerId, { status });
    expect(page.data.map((subscription) => subscription.status)).toEqual(shown);
  });

  it.for([{ status: "all" }, { status: "canceled" }, {}] as const)(
    "goes on after a subscription of the customer's, and after nothing else: %j",
    async (options, { world, acme, billing }) => {
      const { customerId, subscriptionId } = acme;
      const globex = await world.addTenant("globex");
      const list = (after: string) => billing.listCustomerSubscriptions(customerId, { ...options, after });
      expect((await list(subscriptionId)).data).toEqual([]);
      expect(world.local.requests.at(-1)?.params).toMatchObject({ starting_after: subscriptionId });
      const sibling = await world.addTenant("sibling", { metadata: { tenantId: "acme" } });
      for (const after of [globex.subscriptionId, sibling.subscriptionId, "sub_missing"]) {
        await expect(list(after)).rejects.toMatchObject({ code: "invalid_argument" });
      }
      world.takeRequests();
      await expect(list("cus_1")).rejects.toThrow("after must be the id of a Stripe subscription");
      expect(world.takeRequests()).toEqual([]);
    },
  );

  it("refuses a status that there is not, before anything is sent", async ({ world, acme, billing }) => {
    const list = billing.listCustomerSubscriptions(acme.customerId, { status: "alive" as never });
    await expect(list).rejects.toThrow("status must be one of current, ");
    expect(world.takeRequests()).toEqual([]);
  });
});

describe("getSubscription", () => {
  it("reads the customer with it only where that was not proved lately", async ({ world, acme, billing }) => {
    await billing.getSubscription(acme.subscriptionId);
    await billing.getSubscription(acme.subscriptionId);
    const [first, second] = world.local.requests.slice(-2);
    expect(first?.params).toEqual({ expand: ["customer", "schedule"] });
    expect(second?.params).toEqual({ expand: ["schedule"] });
  });
});
