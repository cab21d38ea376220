import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type PortalConfigurationSpec, StripeBillingService } from "@repo/billing";
import { createWebhookReceiver, memoryInbox, type WebhookHandlers } from "@repo/billing/webhooks";
import { type LocalStripe, startLocalStripe } from "@repo/local-stripe";
import { startConformity } from "@repo/test-kit/conformity";
import Stripe from "stripe";
import { expect } from "vitest";

export const BILLING_MODES = ["classic", "flexible"] as const;
export type BillingMode = (typeof BILLING_MODES)[number];

/** What a webhook handler of the application was told. */
export interface Heard {
  readonly type: string;
  readonly tenantId: string;
  readonly previous: Readonly<Record<string, unknown>>;
}

/** A tenant's customer on its small plan, and an application that opens the portal and hears of what is done there. */
export interface PortalScene {
  readonly local: LocalStripe;
  readonly stripe: Stripe;
  /** Bound to the tenant. */
  readonly billing: StripeBillingService;
  /** The application's own origin, to which the portal leads back. */
  readonly origin: string;
  readonly customerId: string;
  readonly subscriptionId: string;
  readonly small: Plan;
  readonly large: Plan;
  /** What was heard since the last call: the webhooks wait for it, and are delivered in the order of their events. */
  heard(): Promise<readonly Heard[]>;
  /** All that the local Stripe answered and accepted must be as Stripe specifies it. */
  close(): Promise<void>;
}

interface Plan {
  readonly productId: string;
  readonly priceId: string;
}

const TENANT = "acme";

/** By the time of a test clock that stands at the beginning of 2027. */
export const START = new Date("2027-01-01T00:00:00Z");

export async function startPortalScene(
  mode: BillingMode,
  features: (plans: { readonly small: Plan; readonly large: Plan }) => PortalConfigurationSpec["features"],
): Promise<PortalScene> {
  const conformity = startConformity();
  const local = await startLocalStripe({ requirePaymentMethod: true, onAnswer: conformity.onAnswer });
  const { host, port } = local;
  const stripe = new Stripe(local.secretKey, { host, port, protocol: "http", telemetry: false });
  const small = await addPlan(stripe, "Small", 1000);
  const large = await addPlan(stripe, "Large", 3100);
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START.getTime() / 1000 });
  const customer = await stripe.customers.create({
    name: "Ada Lovelace",
    email: "ada@acme.example",
    payment_method: "pm_card_visa",
    invoice_settings: { default_payment_method: "pm_card_visa" },
    test_clock: clock.id,
    metadata: { tenantId: TENANT },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: small.priceId }],
    billing_mode: { type: mode },
  });

  const application = await startServer();
  const service = new StripeBillingService({
    stripe,
    portal: {
      returnUrl: `${application.origin}/billing`,
      configuration: { headline: "Billing of Acme", features: features({ small, large }) },
    },
    // There is no tenant but the one.
    catalog: { promotionCodes: "shared" },
  });
  const heard = await followEvents(stripe, service, application);
  local.webhooks.hold();
  return {
    local,
    stripe,
    billing: service.forTenant(TENANT),
    origin: application.origin,
    customerId: customer.id,
    subscriptionId: subscription.id,
    small,
    large,
    heard: async () => {
      // One after the other: what is sent at the same time may be answered in any order.
      await local.webhooks.release();
      local.webhooks.hold();
      return heard.splice(0);
    },
    close: async () => {
      await local.close();
      await application.close();
      expect(await conformity.problems()).toEqual([]);
    },
  };
}

/** Everything that the portal's flows are promised to bring about. */
const FOLLOWED = [
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "customer.subscription.paused",
  "customer.subscription.resumed",
  "customer.updated",
  "customer.discount.created",
  "payment_method.attached",
  "invoice.paid",
  "subscription_schedule.created",
] as const;

async function followEvents(
  stripe: Stripe,
  billing: StripeBillingService,
  application: Application,
): Promise<Heard[]> {
  const endpoint = await stripe.webhookEndpoints.create({
    url: `${application.origin}/webhooks`,
    enabled_events: [...FOLLOWED],
  });
  const heard: Heard[] = [];
  const note = async (event: Stripe.Event, { tenantId }: { readonly tenantId: string }): Promise<void> => {
    heard.push({ type: event.type, tenantId, previous: { ...event.data.previous_attributes } });
  };
  const on: WebhookHandlers<StripeBillingService, undefined> = Object.fromEntries(
    FOLLOWED.map((type) => [type, note]),
  );
  const webhooks = createWebhookReceiver({
    signingSecrets: [{ secret: endpoint.secret ?? "", mode: "test", source: "account" }],
    inbox: memoryInbox(),
    billing,
    on,
  });
  application.receive = webhooks.node;
  return heard;
}

async function addPlan(stripe: Stripe, name: string, unitAmount: number): Promise<Plan> {
  const product = await stripe.products.create({
    name,
    metadata: { tenantId: TENANT },
    default_price_data: { currency: "usd", unit_amount: unitAmount, recurring: { interval: "month" } },
  });
  const { default_price: price } = product;
  return { productId: product.id, priceId: typeof price === "string" ? price : (price?.id ?? "") };
}

interface Application {
  readonly origin: string;
  receive: (request: IncomingMessage, response: ServerResponse) => unknown;
  close(): Promise<void>;
}

/** Pages to come back to, and a place for webhooks. */
async function startServer(): Promise<Application> {
  const server: Server = createServer((request, response) => {
    if (request.url === "/webhooks") void application.receive(request, response);
    else response.setHeader("content-type", "text/html").end(`<h1>You are at ${request.url}</h1>`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an address of this kind; a string is that of a pipe.
  const { port } = server.address() as AddressInfo;
  const application: Application = {
    origin: `http://127.0.0.1:${port}`,
    receive: (_request, response) => response.writeHead(503).end(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return application;
}
