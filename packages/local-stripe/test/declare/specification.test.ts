import { findSpecification } from "@repo/test-kit/specification";
import { describe, expect, onTestFinished } from "vitest";
import { STRIPE_CALLS } from "../../src/declare/specification.js";
import { startLocalStripe } from "../../src/index.js";
import { RESOURCES } from "../../src/resources/all.js";
import { it } from "../support/it.js";
import { ask, cardholder, idOf, monthly, startLocal } from "../support/local.js";
import { isGroup, print, type Summary, summarize } from "../support/stripe-specification.js";

const specification = findSpecification();
const served = new Set(
  Object.values(RESOURCES).flatMap(({ routes }) =>
    routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`),
  ),
);

describe.skipIf(specification === undefined)("Stripe's specification", () => {
  const summary: Summary =
    specification === undefined
      ? { calls: [], parameters: {}, expansions: {} }
      : summarize(
          specification,
          served,
          new Set([...Object.keys(RESOURCES), "line_item", "subscription_item"]),
        );

  it("is summarized in the file that the server reads", async () => {
    await expect(print(summary)).toMatchFileSnapshot("../../src/declare/specification.json");
  });

  it("has each call that is not served answered with a 501 that names it, and no retry", async () => {
    const { local } = await startLocal({ recordedRequests: 0 });
    const missing = STRIPE_CALLS.filter((call) => !served.has(call));
    expect(missing.length).toBeGreaterThan(400);
    for (const call of missing) {
      const [method = "", path = ""] = call.replaceAll(":", "none_1").split(" ");
      const answer = await ask(local, method, path);
      expect([call, answer.status, answer.headers.get("stripe-should-retry"), answer.body]).toEqual([
        call,
        501,
        "false",
        { error: { message: `local-stripe does not know ${method} ${path}.`, type: "api_error" } },
      ]);
    }
  });

  it("has no parameter of a served call that is answered as unknown, and no value refused as none of its own", async () => {
    // The other suites hold answers against the specification; here it would only take time.
    const local = await startLocalStripe({ recordedRequests: 0 });
    onTestFinished(() => local.close());
    const refused: string[] = [];
    for (const [call, parameters] of Object.entries(summary.parameters)) {
      const [method = "", path = ""] = call.replaceAll(":", "none_1").split(" ");
      const left = samples(parameters);
      const askForEach = async (): Promise<void> => {
        for (const [name, value] of left) {
          const form = new URLSearchParams([[name, value]]).toString();
          const { status, body } = await (method === "POST"
            ? ask(local, method, path, { body: form })
            : ask(local, method, `${path}?${form}`));
          const { error } = body as { error?: { code?: string; message: string } };
          const isBlamed =
            error?.code === "parameter_unknown" || /^Invalid \S+: must be /.test(error?.message ?? "");
          if (status !== 501 && isBlamed) refused.push(`${call} ${name}=${value}: ${error?.message}`);
        }
      };
      await Promise.all(Array.from({ length: 8 }, askForEach));
    }
    expect(refused).toEqual([]);
  }, 120_000);

  it("has no expansion of a served object that is refused as impossible", async ({ local, stripe }) => {
    const customer = await cardholder(stripe);
    const price = await monthly(stripe);
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
    });
    const coupon = await stripe.coupons.create({ percent_off: 10 });
    const code = await stripe.promotionCodes.create({ promotion: { type: "coupon", coupon: coupon.id } });
    const schedule = await stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    const session = await stripe.checkout.sessions.create({
      mode: "subscription",
      customer: customer.id,
      success_url: "https://example.com",
      line_items: [{ price: price.id, quantity: 1 }],
    });
    const intent = await stripe.setupIntents.create({
      customer: customer.id,
      payment_method: "pm_card_visa",
    });
    const paths: Readonly<Record<string, string>> = {
      customer: `customers/${customer.id}`,
      product: `products/${idOf(price.product)}`,
      price: `prices/${price.id}`,
      subscription: `subscriptions/${subscription.id}`,
      invoice: `invoices/${idOf(subscription.latest_invoice)}`,
      coupon: `coupons/${coupon.id}`,
      promotion_code: `promotion_codes/${code.id}`,
      subscription_schedule: `subscription_schedules/${schedule.id}`,
      "checkout.session": `checkout/sessions/${session.id}`,
      setup_intent: `setup_intents/${intent.id}`,
    };
    for (const [object, path] of Object.entries(paths)) {
      for (const field of summary.expansions[object] ?? []) {
        const { status, body } = await ask(local, "GET", `/v1/${path}?expand[]=${field}`);
        // An id that stayed an id was not expanded.
        expect([
          object,
          field,
          status === 501 || (status === 200 && typeof body[field] !== "string"),
        ]).toEqual([object, field, true]);
      }
      const { body } = await ask(local, "GET", `/v1/${path}?expand[]=nonsense`);
      expect(body).toMatchObject({ error: { message: "This property cannot be expanded (nonsense)." } });
    }
  });
});

it.each(["constructor", "items[0][nonsense]", "items[nonsense]", "metadatas"])(
  "a parameter that Stripe does not have, %s, is refused as unknown",
  async (name) => {
    const { local } = await startLocal();
    const answer = await ask(local, "POST", "/v1/subscriptions", { body: `${name}=1` });
    expect(answer.status).toBe(400);
  },
);

it("names only those parameters as unknown that Stripe does not have", async ({ local }) => {
  const answer = await ask(local, "POST", "/v1/customers", { body: "sources=1&colour=red&source=tok_visa" });
  expect(answer.body).toMatchObject({
    error: { message: "Received unknown parameters: sources, colour", param: "sources" },
  });
});

/** Every parameter alone, with some of the values of those that list them. */
function* samples(
  parameters: Summary["parameters"][string],
  name = "",
): Generator<readonly [string, string]> {
  if (isGroup(parameters)) {
    for (const [part, inner] of Object.entries(parameters)) {
      yield* samples(inner, name === "" ? part : `${name}[${part}]`);
    }
  } else for (const value of parameters.length > 0 ? few(parameters) : ["1"]) yield [name, value];
}

function few(values: readonly string[]): Iterable<string> {
  return new Set(
    [values.at(0), values.at(values.length / 2), values.at(-1)].filter((one) => one !== undefined),
  );
}
