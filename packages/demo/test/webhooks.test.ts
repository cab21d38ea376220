import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Application, ORIGIN, SIGNING_SECRET, startApplication } from "./support/application.js";

describe("the webhook route", () => {
  let application: Application;

  beforeEach(async () => {
    application = await startApplication();
  });
  afterEach(() => application.stopStripe());

  it("brings what an event is about up to date, for its own tenant alone", async () => {
    const { subscriptionId } = application.workspaces.get("acme");
    const body = await cancellationEvent(subscriptionId);
    expect((await deliver(body)).status).toBe(200);

    const { subscriptions, activity } = application.readModel.get("acme");
    expect(subscriptions).toMatchObject([{ id: subscriptionId, cancelsAt: expect.any(Date) }]);
    expect(activity).toMatchObject([{ eventType: "customer.subscription.updated" }]);
    expect(application.readModel.get("globex")).toMatchObject({ subscriptions: [], activity: [] });
  });

  it("takes a repeated event once", async () => {
    const body = await cancellationEvent(application.workspaces.get("acme").subscriptionId);
    expect((await deliver(body)).status).toBe(200);
    expect((await deliver(body)).status).toBe(200);
    expect(application.readModel.get("acme").activity).toHaveLength(1);
  });

  it("answers 400 to an event of which one byte was changed, and believes none of it", async () => {
    const body = await cancellationEvent(application.workspaces.get("acme").subscriptionId);
    const at = body.indexOf("sub_") + 8;
    const changed = body.slice(0, at) + (body[at] === "x" ? "y" : "x") + body.slice(at + 1);
    expect((await deliver(changed, sign(body))).status).toBe(400);
    expect(application.readModel.get("acme").version).toBe(0);
  });

  it("answers 500 while Stripe cannot be asked, so that the event comes again", async () => {
    const body = await cancellationEvent(application.workspaces.get("acme").subscriptionId);
    await application.stopStripe();
    expect((await deliver(body)).status).toBe(500);
  });

  /** Cancels at the period's end; the answer is the event that Stripe keeps of it. */
  async function cancellationEvent(subscriptionId: string): Promise<string> {
    await application.stripe.subscriptions.update(subscriptionId, { cancel_at_period_end: true });
    const { data } = await application.stripe.events.list({
      type: "customer.subscription.updated",
      limit: 1,
    });
    return JSON.stringify(data[0]);
  }

  function sign(payload: string): string {
    return application.stripe.webhooks.generateTestHeaderString({ payload, secret: SIGNING_SECRET });
  }

  async function deliver(body: string, signature: string = sign(body)): Promise<Response> {
    return application.app.request(`${ORIGIN}/webhooks/stripe`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json; charset=utf-8", "stripe-signature": signature },
    });
  }
});
