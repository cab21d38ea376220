import type Stripe from "stripe";
import { describe, expectTypeOf, test } from "vitest";
import { StripeBillingService } from "../src/index.js";
import {
  createWebhookReceiver,
  HTTP_STATUS,
  type Outcome,
  type TenantResolver,
  type ThinEvent,
  verifyWebhook,
  type WebhookEvent,
  type WebhookHandler,
  type WebhookInbox,
  type WebhookReceiverOptions,
} from "../src/webhooks.js";

interface Tx {
  query(text: string): Promise<void>;
}

interface Bound {
  readonly boundTo: string;
}

declare const billing: TenantResolver<Bound>;
declare const inbox: WebhookInbox<Tx>;
const signingSecrets = ["whsec_…"];

describe("a handler", () => {
  test("is given the event of its type, with its object", () => {
    createWebhookReceiver({
      signingSecrets,
      billing,
      on: {
        "customer.subscription.updated": async (event) => {
          expectTypeOf(event.type).toEqualTypeOf<"customer.subscription.updated">();
          expectTypeOf(event.data.object).toEqualTypeOf<Stripe.Subscription>();
        },
        "invoice.paid": (event, context) => {
          expectTypeOf(event.data.object).toEqualTypeOf<Stripe.Invoice>();
          expectTypeOf(context.tenantId).toEqualTypeOf<string>();
          expectTypeOf(context.billing).toEqualTypeOf<Bound>();
          expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
          expectTypeOf(context.idempotencyKey).toEqualTypeOf<string>();
          expectTypeOf(context.attempt).toEqualTypeOf<number>();
        },
      },
    });
  });

  test("has the transaction of the inbox, and none without one", () => {
    createWebhookReceiver({
      signingSecrets,
      billing,
      inbox,
      on: { "invoice.paid": (_event, { tx }) => expectTypeOf(tx).toEqualTypeOf<Tx>() },
    });
    createWebhookReceiver({
      signingSecrets,
      billing,
      on: { "invoice.paid": (_event, { tx }) => expectTypeOf(tx).toEqualTypeOf<undefined>() },
    });
  });

  test("of several types stands under each of them", () => {
    type Saved = "customer.subscription.created" | "customer.subscription.updated";
    const save: WebhookHandler<Saved, Bound, undefined> = (event) => {
      expectTypeOf(event.type).toEqualTypeOf<Saved>();
      expectTypeOf(event.data.object).toEqualTypeOf<Stripe.Subscription>();
    };
    const on = { "customer.subscription.created": save, "customer.subscription.updated": save };
    createWebhookReceiver({ signingSecrets, billing, on });
    // @ts-expect-error a type that it does not handle
    createWebhookReceiver({ signingSecrets, billing, on: { "invoice.paid": save } });
  });

  test("cannot stand under a type that Stripe does not send", () => {
    createWebhookReceiver({
      signingSecrets,
      billing,
      // @ts-expect-error a typo
      on: { "customer.subscription.update": async () => undefined },
    });
  });

  test("cannot take the event of another type, nor another transaction", () => {
    const onInvoice = async (_event: Stripe.InvoicePaidEvent) => undefined;
    // @ts-expect-error a handler of invoices
    createWebhookReceiver({ signingSecrets, billing, on: { "customer.updated": onInvoice } });
    const inTransaction = async (_event: Stripe.InvoicePaidEvent, { tx }: { tx: Tx }) => tx.query("select 1");
    createWebhookReceiver({ signingSecrets, billing, inbox, on: { "invoice.paid": inTransaction } });
    // @ts-expect-error there is no transaction in memory
    createWebhookReceiver({ signingSecrets, billing, on: { "invoice.paid": inTransaction } });
  });

  test("is bound to the tenant by the real service", () => {
    const service = new StripeBillingService({ secretKey: "sk_test_…" });
    expectTypeOf(service).toExtend<TenantResolver<StripeBillingService>>();
    createWebhookReceiver({
      signingSecrets,
      billing: service,
      on: {
        "invoice.paid": (_event, context) =>
          expectTypeOf(context.billing).toEqualTypeOf<StripeBillingService>(),
      },
    });
  });
});

describe("the options", () => {
  test("have secrets, a service and handlers, always", () => {
    // @ts-expect-error no secrets
    createWebhookReceiver({ billing, on: {} });
    // @ts-expect-error no service
    createWebhookReceiver({ signingSecrets, on: {} });
    // @ts-expect-error no handlers
    createWebhookReceiver({ signingSecrets, billing });
    expectTypeOf<WebhookReceiverOptions<Bound>["inbox"]>().toEqualTypeOf<
      WebhookInbox<undefined> | undefined
    >();
  });

  test("name modes and sources that exist", () => {
    // @ts-expect-error a mode that Stripe does not have
    verifyWebhook("", "", { secret: "", mode: "sandbox" });
    // @ts-expect-error a source that Stripe does not have
    verifyWebhook("", "", { secret: "", source: "platform" });
  });
});

describe("what comes back", () => {
  test("is an event from verifyWebhook, which narrows by its type", () => {
    const event = verifyWebhook("", "", "");
    expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
    if (event.object === "v2.core.event") expectTypeOf(event).toEqualTypeOf<ThinEvent>();
    else if (event.type === "customer.updated")
      expectTypeOf(event.data.object).toEqualTypeOf<Stripe.Customer>();
  });

  test("is an outcome, which narrows by its status; every status has an HTTP status", () => {
    const tell = (outcome: Outcome): string => {
      switch (outcome.status) {
        case "handled":
          return outcome.tenantId;
        case "ignored":
          return outcome.reason;
        case "rejected":
          return outcome.error.code;
        case "stored":
        case "failed":
        case "dead":
        case "unresolved":
        case "busy":
        case "duplicate":
          return outcome.delivery?.eventId ?? "";
      }
    };
    expectTypeOf(tell).returns.toEqualTypeOf<string>();
    expectTypeOf(HTTP_STATUS).toExtend<Record<Outcome["status"], number>>();
    // @ts-expect-error the body is taken as bytes or text
    verifyWebhook({ id: "evt_1" }, "", "");
  });

  test("is a handler for web requests, and one for Node's, Express's and Fastify's", () => {
    const webhooks = createWebhookReceiver({ signingSecrets, billing, on: {} });
    expectTypeOf(webhooks.fetch).toEqualTypeOf<(request: Request) => Promise<Response>>();
    expectTypeOf<[import("express").Request, import("express").Response]>().toExtend<
      Parameters<typeof webhooks.node>
    >();
    expectTypeOf<[import("fastify").FastifyRequest, import("fastify").FastifyReply]>().toExtend<
      Parameters<typeof webhooks.node>
    >();
  });
});
