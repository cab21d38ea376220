import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { seed } from "../src/seed/seed.js";
import { Workspaces } from "../src/workspaces.js";
import { type Application, startApplication } from "./support/application.js";

describe("seeding", () => {
  let application: Application;

  beforeEach(async () => {
    application = await startApplication();
  });
  afterEach(() => application.stopStripe());

  it("finds at a later start what an earlier one made", async () => {
    const again = new Workspaces();
    await seed(application.stripe, again);
    expect(again.list()).toEqual(application.workspaces.list());
    expect((await application.stripe.products.list()).data).toHaveLength(7);
    expect((await application.stripe.promotionCodes.list()).data).toHaveLength(1);
    expect((await application.stripe.customers.list()).data).toHaveLength(3);
    expect((await application.stripe.subscriptions.list()).data).toHaveLength(4);
  });

  it("adopts no customer by e-mail address", async () => {
    const { stripe, workspaces } = application;
    const { customerId } = workspaces.get("acme");
    await stripe.customers.update(customerId, { metadata: { tenantId: "globex" } });
    const again = new Workspaces();
    await seed(stripe, again);
    expect(again.get("acme").customerId).not.toBe(customerId);
  });

  it("starts a new subscription where the last one has ended", async () => {
    const { stripe, workspaces } = application;
    const { subscriptionId } = workspaces.get("globex");
    await stripe.subscriptions.cancel(subscriptionId);
    const again = new Workspaces();
    await seed(stripe, again);
    expect(again.get("globex").subscriptionId).not.toBe(subscriptionId);
  });
});
