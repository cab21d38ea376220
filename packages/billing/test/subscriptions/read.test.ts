import { describe, expect, it, vi } from "vitest";
import { getSubscription, listCustomerSubscriptions } from "../../src/capabilities/subscriptions/read.js";
import { NotFoundError, StripeUnavailableError } from "../../src/index.js";
import { partialScope } from "../tenancy/scope/partial-scope.js";
import { everyKey } from "../views/stripe-shape.js";

const subscription = (id: string, status: string) => ({
  id,
  status,
  customer: "cus_1",
  created: 1,
  items: { data: [] },
  metadata: {},
});

const STATUSES = ["active", "canceled", "incomplete_expired", "past_due"];
const PAGE = { data: STATUSES.map((status) => subscription(`sub_${status}`, status)), has_more: true };
const LEFT = "after must be the nextCursor of a page of this list.";

/** A scope whose Stripe answers a list with these, one after the other. */
function listing(...answers: readonly unknown[]) {
  const left = [...answers];
  const list = vi.fn(async (_call: string, _params: object) => {
    const next = left.shift();
    if (next instanceof Error) throw next;
    return next;
  });
  const proveCustomer = vi.fn(async (_id: string) => {});
  const proveCustomersSubscription = vi.fn(async (_customerId: string, _id: string) => {});
  const customerId = async (id: string | undefined) => id ?? "cus_bound";
  const scope = partialScope({ ...everyKey, list, proveCustomer, proveCustomersSubscription, customerId });
  return { scope, list, proveCustomer, proveCustomersSubscription };
}

const missing = () => new NotFoundError("Missing.");
const ids = ({ data }: { readonly data: readonly { readonly id: string }[] }) => data.map(({ id }) => id);
const sent = { customer: "cus_1", limit: 10, expand: ["data.schedule"], starting_after: "sub_0" };

describe("a list of subscriptions", () => {
  it("of whoever the service is bound to begins with ten of the current, and proves no cursor", async () => {
    const { scope, list, proveCustomer, proveCustomersSubscription } = listing(PAGE);
    const page = await listCustomerSubscriptions(scope, undefined, {});
    expect(ids(page)).toEqual(["sub_active", "sub_past_due"]);
    expect(page).toMatchObject({ hasMore: true, nextCursor: "sub_past_due" });
    expect(list.mock.calls).toEqual([
      ["GET /v1/subscriptions", { customer: "cus_bound", limit: 10, expand: ["data.schedule"] }],
    ]);
    expect([proveCustomer.mock.calls, proveCustomersSubscription.mock.calls]).toEqual([[], []]);
  });

  it("proves the cursor and its customer before it asks for what comes after it", async () => {
    const { scope, list, proveCustomer, proveCustomersSubscription } = listing(PAGE);
    await listCustomerSubscriptions(scope, "cus_1", { after: "sub_0", status: "all" });
    expect(proveCustomer.mock.calls).toEqual([["cus_1"]]);
    expect(proveCustomersSubscription.mock.calls).toEqual([["cus_1", "sub_0"]]);
    expect(list.mock.calls).toEqual([["GET /v1/subscriptions", { ...sent, status: "all" }]]);
    const foreign = listing(PAGE);
    foreign.proveCustomer.mockRejectedValue(missing());
    const after = { after: "sub_0" };
    await expect(listCustomerSubscriptions(foreign.scope, "cus_1", after)).rejects.toThrow("Missing.");
    expect(foreign.list).not.toHaveBeenCalled();
  });

  it.each([
    ["current", {}, ["sub_active", "sub_past_due"]],
    ["active", { status: "active" }, ["sub_active"]],
    ["ended", { status: "ended" }, ["sub_canceled", "sub_incomplete_expired"]],
  ] as const)(
    "of %s goes on after a cursor that has left it, by the list of all",
    async (status, filter, left) => {
      const { scope, list } = listing(missing(), PAGE);
      const page = await listCustomerSubscriptions(scope, "cus_1", { after: "sub_0", status });
      expect(ids(page)).toEqual(left);
      expect(page.nextCursor).toBe("sub_past_due");
      expect(list.mock.calls.map(([, params]) => params)).toEqual([
        { ...sent, ...filter },
        { ...sent, status: "all" },
      ]);
    },
  );

  it("refuses a cursor that the list of all does not hold", async () => {
    const all = listing(missing());
    const after = "sub_0";
    await expect(listCustomerSubscriptions(all.scope, "cus_1", { after, status: "all" })).rejects.toThrow(
      LEFT,
    );
    expect(all.list).toHaveBeenCalledOnce();
    const current = listing(missing(), missing());
    await expect(listCustomerSubscriptions(current.scope, "cus_1", { after })).rejects.toThrow(LEFT);
  });

  it("hands on every other failure, and asks no more", async () => {
    for (const [failure, options] of [
      [new StripeUnavailableError("Down."), { after: "sub_0" }],
      [missing(), {}],
    ] as const) {
      const { scope, list } = listing(failure, PAGE);
      await expect(listCustomerSubscriptions(scope, "cus_1", options)).rejects.toBe(failure);
      expect(list).toHaveBeenCalledOnce();
    }
  });
});

describe("a subscription", () => {
  it("is read with its schedule, and for nothing but to be read", async () => {
    const read = vi.fn(async () => subscription("sub_1", "active"));
    const scope = partialScope({ ...everyKey, subscription: read });
    expect(await getSubscription(scope, "sub_1", {})).toMatchObject({ id: "sub_1", status: "active" });
    expect(read.mock.calls).toEqual([["sub_1", ["schedule"], { onlyReads: true }]]);
  });

  it("is not asked for by the id of something else, or with an option that there is not", async () => {
    const scope = partialScope({ ...everyKey });
    await expect(getSubscription(scope, "cus_1", {})).rejects.toThrow("Stripe subscription");
    const options = { expand: ["customer"] };
    await expect(getSubscription(scope, "sub_1", options as object)).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });
});
