import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  ConflictError,
  type CreateEmbeddedCheckoutSessionOptions,
  InvalidArgumentError,
  type OpenEmbeddedCheckoutSession,
  ReturnUrlNotAllowedError,
  type StripeBillingService,
  StripeUnavailableError,
} from "../../src/index.js";
import { clientThat } from "../isolation/intercepted-client.js";
import { RETURN_URL, type StripeWorld, startStripeWorld, type TenantWorld } from "../stripe-world.js";
import { addPlan, type Plan } from "../subscriptions/plans.js";
import { payOnPage } from "./checkout-page.js";

let world: StripeWorld;
let acme: TenantWorld;
let plan: Plan;
let billing: StripeBillingService;

beforeAll(async () => {
  world = await startStripeWorld();
  acme = await world.addTenant("acme");
});

beforeEach(async () => {
  billing = world.service().forTenant("acme");
  plan = await addPlan(world, "acme");
  world.takeRequests();
});

afterAll(() => world.close());

type Options = Readonly<Record<string, unknown>>;

function embed(options: Options = {}): Promise<OpenEmbeddedCheckoutSession> {
  const wanted = { uiMode: "embedded", customerId: acme.customerId, priceId: plan.priceId, ...options };
  // Hostile options are of no type that it takes.
  return billing.createCheckoutSession(wanted as unknown as CreateEmbeddedCheckoutSessionOptions);
}

/** Pays in the form, as the customer's browser shows it. */
function payInForm({ clientSecret }: OpenEmbeddedCheckoutSession): Promise<string | null> {
  return payOnPage(`${world.local.url}/p/checkout/${clientSecret}`);
}

describe("an embedded Checkout session", () => {
  it("has a secret and no page, and leads back to the tenant's origin with its id", async () => {
    const session = await embed({ returnUrl: "/done?session={CHECKOUT_SESSION_ID}" });
    expect(session).toMatchObject({
      uiMode: "embedded",
      status: "open",
      mode: "subscription",
      url: null,
      customerId: acme.customerId,
      amountTotal: 9900,
    });
    expect(session.clientSecret).toContain(`${session.id}_secret_`);

    expect(await payInForm(session)).toBe(`https://app.example.com/done?session=${session.id}`);
    const result = await billing.getCheckoutSession(session.id);
    expect(result).toMatchObject({ uiMode: "embedded", status: "complete", paymentStatus: "paid" });
    expect(await billing.getSubscription(result.subscriptionId ?? "")).toMatchObject({
      status: "active",
      items: [{ price: { id: plan.priceId } }],
    });
  });

  it("leads back to the settings' return URL by default", async () => {
    expect(await payInForm(await embed())).toBe(RETURN_URL);
  });

  it.each(["if_required", "never"])("stays where it is with a redirect %s", async (redirectOnCompletion) => {
    const session = await embed({ redirectOnCompletion });
    expect(await payInForm(session)).toBeNull();
    expect(await billing.getCheckoutSession(session.id)).toMatchObject({ status: "complete" });
  });

  it("needs no return URL, not even of the settings, where it never leads on", async () => {
    billing = world.service({ portal: {} }).forTenant("acme");
    await expect(embed()).rejects.toThrow("Give returnUrl, or the settings portal.returnUrl.");
    expect((await embed({ redirectOnCompletion: "never" })).status).toBe("open");
  });

  it("is read again with its secret while it is open", async () => {
    const session = await embed();
    expect(await billing.getCheckoutSession(session.id)).toEqual(session);
  });

  it("is refused where Stripe gives no secret to show it by", async () => {
    const stripe = clientThat(world.local, async ({ method, path }, send) => {
      const response = await send();
      if (method !== "POST" || path !== "/v1/checkout/sessions") return response;
      const made: unknown = await response.toJSON();
      response.toJSON = async () => ({ ...Object(made), client_secret: null });
      return response;
    });
    billing = world.service({ stripe }).forTenant("acme");
    await expect(embed({ allowSecond: true })).rejects.toThrow(StripeUnavailableError);
  });
});

describe("forms and pages for one product", () => {
  it("are one form while it is open and wanted just so", async () => {
    const first = await embed({ returnUrl: "/done" });
    world.takeRequests();
    expect(await embed({ returnUrl: "/done" })).toEqual(first);
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);
    expect((await embed({ returnUrl: "/elsewhere" })).id).not.toBe(first.id);
  });

  it("are never both open", async () => {
    const wanted = { customerId: acme.customerId, priceId: plan.priceId };
    const page = await billing.createCheckoutSession(wanted);
    const form = await embed();
    expect(await billing.getCheckoutSession(page.id)).toMatchObject({ status: "expired" });
    const again = await billing.createCheckoutSession(wanted);
    expect(await billing.getCheckoutSession(form.id)).toMatchObject({ status: "expired" });
    expect(again.status).toBe("open");
  });

  it("leave one open of those asked for at once", async () => {
    const wanted = { customerId: acme.customerId, priceId: plan.priceId };
    const made = await Promise.all([embed(), billing.createCheckoutSession(wanted), embed()]);
    const sessions = await Promise.all(made.map(({ id }) => billing.getCheckoutSession(id)));
    const open = sessions.filter(({ status }) => status === "open");
    expect(new Set(open.map(({ id }) => id)).size).toBe(1);
  });

  it("are a conflict once the customer has subscribed in a form", async () => {
    const session = await embed();
    await payInForm(session);
    const { subscriptionId } = await billing.getCheckoutSession(session.id);
    await expect(embed()).rejects.toThrow(ConflictError);
    await expect(
      billing.createCheckoutSession({ customerId: acme.customerId, priceId: plan.priceId }),
    ).rejects.toMatchObject({ conflictingId: subscriptionId });
  });
});

describe("what an embedded session refuses", () => {
  it.each<[string, Options, string]>([
    ["a success URL", { successUrl: "/done" }, "takes no successUrl and no cancelUrl"],
    ["a cancel URL", { cancelUrl: "/plans" }, "takes no successUrl and no cancelUrl"],
    [
      "a return URL that it never leads to",
      { returnUrl: "/done", redirectOnCompletion: "never" },
      'redirectOnCompletion "never" takes no returnUrl',
    ],
    ["a redirect of no known kind", { redirectOnCompletion: "maybe" }, "must be one of always"],
    ["a display of no known kind", { uiMode: "elements" }, 'uiMode must be "hosted" or "embedded"'],
    ["a return URL of a page", { uiMode: "hosted", returnUrl: "/done" }, 'need uiMode "embedded"'],
    ["a redirect of a page", { uiMode: undefined, redirectOnCompletion: "never" }, 'need uiMode "embedded"'],
  ])("%s, before anything is sent", async (_name, options, sentence) => {
    const error: unknown = await embed(options).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(String(error)).toContain(sentence);
    expect(world.takeRequests()).toEqual([]);
  });

  it("a return URL that leads elsewhere, before anything is sent", async () => {
    for (const returnUrl of ["https://evil.example/done", "//evil.example", "javascript:alert(1)", 7, null]) {
      await expect(embed({ returnUrl })).rejects.toThrow(ReturnUrlNotAllowedError);
    }
    expect(world.takeRequests()).toEqual([]);
  });
});
