import { createRequire } from "node:module";
import type Stripe from "stripe";
import { describe, expect } from "vitest";
import type { LocalStripe } from "../../src/index.js";
import { it } from "../support/it.js";
import { startLocal } from "../support/local.js";
import { receiver } from "../support/receiver.js";
import { findClient, runClient } from "./find-client.js";

/** Neither does it tell anybody of its use, nor look for a newer version of itself. */
const QUIET = {
  STRIPE_CLI_TELEMETRY_OPTOUT: "1",
  STRIPE_NO_AUTO_UPDATE: "true",
  STRIPE_CLI_NO_PLUGIN_AUTO_INSTALL: "true",
};
const VERSION = { env: QUIET, versionArgs: ["--version"] };

const cli = await findClient("the Stripe CLI", {
  "the npm package @stripe/cli": async () => ({
    command: process.execPath,
    args: [createRequire(import.meta.url).resolve("@stripe/cli/bin/shim.js")],
    ...VERSION,
  }),
  "stripe on the PATH": async () => ({ command: "stripe", args: [], ...VERSION }),
});

describe.skipIf(cli === undefined)("the Stripe CLI", { timeout: 60_000 }, () => {
  it("creates, lists, searches, changes and cancels", async ({ local }) => {
    const ada = await ask<Stripe.Customer>(
      local,
      ["customers", "create", "--name", "Ada"],
      ["-d", "metadata[tenantId]=acme"],
    );
    const eve = await ask<Stripe.Customer>(local, ["customers", "create", "-i", "key", "--name", "Eve"]);
    expect(await ask(local, ["customers", "create", "-i", "key", "--name", "Eve"])).toEqual(eve);
    const price = await ask<Stripe.Price>(
      local,
      ["prices", "create", "--currency", "usd", "--unit-amount", "2000"],
      ["-d", "recurring[interval]=month", "-d", "product_data[name]=Gold", "-e", "product"],
    );
    expect(price.product).toMatchObject({ object: "product", name: "Gold" });
    const subscription = await ask<Stripe.Subscription>(
      local,
      ["subscriptions", "create", "--customer", ada.id],
      ["-d", `items[0][price]=${price.id}`, "-e", "latest_invoice"],
    );
    expect(subscription).toMatchObject({ status: "active", latest_invoice: { amount_paid: 2000 } });

    const newest = await ask<Stripe.ApiList<Stripe.Customer>>(local, ["customers", "list", "--limit", "1"]);
    expect(newest).toMatchObject({ has_more: true, data: [{ id: eve.id }] });
    expect(await ask(local, ["customers", "list", "--limit", "1", "--starting-after", eve.id])).toMatchObject(
      { has_more: false, data: [{ id: ada.id }] },
    );
    expect(await ask(local, ["customers", "search", "--query", 'metadata["tenantId"]:"acme"'])).toMatchObject(
      { data: [{ id: ada.id }] },
    );

    expect(await ask(local, ["customers", "update", ada.id, "--email", "ada@example.com"])).toMatchObject({
      email: "ada@example.com",
    });
    expect(await ask(local, ["subscriptions", "cancel", subscription.id, "--confirm"])).toMatchObject({
      id: subscription.id,
      status: "canceled",
    });
    expect(await ask(local, ["customers", "delete", ada.id, "--confirm"])).toEqual({
      id: ada.id,
      object: "customer",
      deleted: true,
    });
  });

  it("is refused as Stripe refuses it", async ({ local }) => {
    expect(await ask(local, ["customers", "retrieve", "cus_none"])).toMatchObject({
      error: { code: "resource_missing", message: "No such customer: 'cus_none'" },
    });
    expect(await ask(local, ["get", "/v1/customers", "-d", "colour=red"])).toMatchObject({
      error: { code: "parameter_unknown", param: "colour" },
    });
  });

  it("acts for a connected account, and in the shapes of an older version", async () => {
    const { local } = await startLocal({ accounts: ["acct_one"] });
    const as = ["--stripe-account", "acct_one"];
    const customer = await ask<Stripe.Customer>(local, ["customers", "create"], as);
    expect(await ask(local, ["customers", "list"])).toMatchObject({ data: [] });
    expect(await ask(local, ["customers", "list"], as)).toMatchObject({ data: [{ id: customer.id }] });
    expect(
      await ask(local, ["customers", "retrieve", customer.id, "-v", "2024-06-20", "-e", "subscriptions"], as),
    ).toMatchObject({ subscriptions: { data: [] } });
  });

  it("resends an event to an endpoint", async () => {
    const { local, stripe: sdk } = await startLocal();
    const { url, events } = await receiver();
    await sdk.customers.create({});
    const endpoint = await sdk.webhookEndpoints.create({ url, enabled_events: ["product.created"] });
    const [event] = (await sdk.events.list()).data;
    const resend = ["events", "resend", String(event?.id), "--webhook-endpoint", endpoint.id];
    expect(await ask(local, resend)).toMatchObject({ id: event?.id, pending_webhooks: 1 });
    await ask(local, resend);
    await local.settled();
    expect(events().map(({ id }) => id)).toEqual([event?.id, event?.id]);
    expect(await sdk.events.retrieve(String(event?.id))).toMatchObject({ pending_webhooks: 0 });
    expect(await ask(local, resend.slice(0, 3))).toMatchObject({
      error: {
        message: "local-stripe does not know the parameter for_stripecli of POST /v1/events/:id/retry.",
      },
    });
  });

  it.each<Stripe.Event["type"]>([
    "customer.created",
    "customer.updated",
    "customer.deleted",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "product.created",
    "price.created",
    "coupon.created",
    "payment_method.attached",
    "billing_portal.session.created",
    "billing_portal.configuration.created",
  ])("triggers %s", async (type) => {
    const { local, stripe: sdk } = await startLocal();
    expect(await stripe(local, ["trigger", type])).toContain("Trigger succeeded!");
    expect((await sdk.events.list({ type })).data).toHaveLength(1);
  });
});

async function stripe(local: LocalStripe, args: readonly string[]): Promise<string> {
  if (cli === undefined) throw new Error("there is no Stripe CLI");
  return runClient(cli, [...args, "--api-base", local.url], { STRIPE_API_KEY: local.secretKey });
}

/** What the API answered, which for the CLI is no failure even when it refuses. */
async function ask<T = unknown>(
  local: LocalStripe,
  call: readonly string[],
  params: readonly string[] = [],
): Promise<T> {
  const printed = await stripe(local, [...call, ...params]);
  // A call that deletes is preceded by a warning. The caller says of which kind the object is, as it does with the SDK.
  return JSON.parse(printed.slice(printed.indexOf("{"))) as T;
}
