import { describe, expect } from "vitest";
import { itWithNewTenant as it } from "../in-world.js";
import { answer, clientThat } from "../isolation/intercepted-client.js";

describe("deleteCustomer", () => {
  it("deletes a customer that has no subscription, and closes its pages", async ({
    world,
    acme,
    billing,
  }) => {
    const { id } = await billing.ensureCustomer({ reference: "leaving" });
    const page = await billing.createCheckoutSession({ customerId: id, priceId: acme.priceId });
    world.takeRequests();

    expect(await billing.deleteCustomer(id)).toEqual({ id, deleted: true, canceledSubscriptionIds: [] });
    expect(world.takeRequests().slice(-2)).toEqual([
      `POST /v1/checkout/sessions/${page.id}/expire`,
      `DELETE /v1/customers/${id}`,
    ]);
    expect((await world.stripe.checkout.sessions.retrieve(page.id)).status).toBe("expired");
  });

  it("refuses one with a subscription before it writes, unless the subscription may end", async ({
    world,
    acme,
    billing,
  }) => {
    const { customerId, subscriptionId } = acme;
    await expect(billing.deleteCustomer(customerId)).rejects.toMatchObject({
      code: "conflict",
      conflictingId: subscriptionId,
      message: expect.stringContaining("has a current subscription"),
    });
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    const deleted = await billing.deleteCustomer(customerId, { cancelSubscriptions: true });
    expect(deleted.canceledSubscriptionIds).toEqual([subscriptionId]);
    expect((await world.stripe.subscriptions.retrieve(subscriptionId)).status).toBe("canceled");
  });

  it("leaves nothing that could be read or written by way of what was remembered", async ({
    acme,
    billing,
  }) => {
    const { customerId, subscriptionId } = acme;
    await billing.getSubscription(subscriptionId);
    await billing.deleteCustomer(customerId, { cancelSubscriptions: true });
    for (const call of [
      () => billing.getCustomer(customerId),
      () => billing.listInvoices(customerId),
      () => billing.updateCustomer(customerId, { name: "x" }),
      () => billing.deleteCustomer(customerId),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("says what it has done where the deletion itself is refused", async ({ world, acme, billing }) => {
    const { id } = await billing.ensureCustomer({ reference: "staying" });
    await billing.createCheckoutSession({ customerId: id, priceId: acme.priceId });
    const stripe = clientThat(world.local, async ({ method }, send) =>
      method === "DELETE" ? answer(400, { error: { type: "invalid_request_error" } }) : send(),
    );
    await expect(world.service({ stripe }).forTenant("acme").deleteCustomer(id)).rejects.toMatchObject({
      code: "indeterminate",
      completed: ["the end of an open page"],
      failed: "the deletion",
      cause: { code: "invalid_argument" },
    });
    // What was refused is not looked for.
    expect(world.takeRequests().at(-1)).toMatch(/\/expire$/);
  });

  it("takes the customer for deleted where the connection was closed and Stripe then knows none", async ({
    world,
    billing,
  }) => {
    const { id } = await billing.ensureCustomer({ reference: "resent" });
    const stripe = clientThat(world.local, async ({ method }, send) => {
      if (method === "DELETE") await send();
      return send();
    });
    const resending = world.service({ stripe }).forTenant("acme");
    expect(await resending.deleteCustomer(id)).toMatchObject({ id, deleted: true });
  });

  it.for([
    ["is still there", false],
    ["cannot be read", true],
  ] as const)(
    "says that the outcome is unknown where the answer is lost and the customer %s",
    async ([, isUnreadable], { world, billing }) => {
      const { id } = await billing.ensureCustomer({ reference: `unknown ${isUnreadable}`.replace(" ", "-") });
      let isLost = false;
      const stripe = clientThat(world.local, async ({ method }, send) => {
        isLost ||= method === "DELETE";
        if (method === "DELETE" || (isLost && isUnreadable)) throw new Error("The connection was reset.");
        return send();
      });
      const losing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
      await expect(losing.deleteCustomer(id)).rejects.toMatchObject({ code: "indeterminate" });
    },
  );

  it("finds the answer that was lost in the customer itself", async ({ world, billing }) => {
    const { id } = await billing.ensureCustomer({ reference: "lost" });
    const stripe = clientThat(world.local, async (request, send) => {
      const response = await send();
      if (request.method === "DELETE") throw new Error("The connection was reset.");
      return response;
    });
    const losing = world.service({ stripe, maxRetries: 0 }).forTenant("acme");
    expect(await losing.deleteCustomer(id)).toMatchObject({ id, deleted: true });
  });

  it("is refused for another tenant's, and needs the customer's id", async ({ world, billing }) => {
    const { customerId } = await world.addTenant("globex");
    world.takeRequests();
    await expect(billing.deleteCustomer(customerId, { cancelSubscriptions: true })).rejects.toMatchObject({
      code: "not_found",
    });
    expect(world.takeRequests().filter((request) => !request.startsWith("GET"))).toEqual([]);
    await expect(billing.deleteCustomer(undefined as never)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("customerId"),
    });
    const unclear = { cancelSubscriptions: "yes" as never };
    await expect(billing.deleteCustomer(customerId, unclear)).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining("cancelSubscriptions must be"),
    });
  });
});
