import { describe, expect } from "vitest";
import { itWithTenants as it } from "../in-world.js";
import { thawedIn } from "../views/stripe-shape.js";

describe("fetchEventObject", () => {
  it("reads what an event is about as it is now, frozen to its depths, in one request", async ({
    world,
    acme,
    billing,
  }) => {
    const { subscriptionId: id } = acme;
    const found = await billing.forTenant("acme").fetchEventObject({ type: "subscription", id });
    expect(found).toMatchObject({ id, object: "subscription", items: { data: [{ quantity: 3 }] } });
    expect(thawedIn(found)).toEqual([]);
    expect(world.takeRequests()).toEqual([`GET /v1/subscriptions/${id}`]);
  });

  it("finds none of another tenant's", async ({ globex, billing }) => {
    const object = { type: "subscription", id: globex.subscriptionId };
    await expect(billing.forTenant("acme").fetchEventObject(object)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("refuses what names no object, and options that are none, before anything is sent", async ({
    world,
    acme,
    billing,
  }) => {
    const bound = billing.forTenant("acme");
    for (const object of [null, undefined, "sub_1"]) {
      await expect(bound.fetchEventObject(object as never)).rejects.toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining("object must have the type and the id"),
      });
    }
    const object = { type: "subscription", id: acme.subscriptionId };
    await expect(bound.fetchEventObject(object, { limit: 1 } as never)).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
