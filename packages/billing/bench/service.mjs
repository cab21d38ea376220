/**
 * What a call of the service costs beside the SDK's own, and a service for each request.
 *
 *   node --expose-gc packages/billing/bench/service.mjs [--rounds 31]
 */
import { parseArgs } from "node:util";
import { StripeBillingService } from "@repo/billing";
import Stripe from "stripe";
import { startLocalServer } from "./local-server.mjs";
import { report, reportRatio } from "./report.mjs";
import { microsecondsOf, rateOf, takeTurns } from "./turns.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "31" } } });
const rounds = Number(flags.rounds);
const RETURN_URL = "https://app.example.com/";
const SERVICES = 100_000;

const server = await startLocalServer();
try {
  await throughput(server.createStripe());
} finally {
  await server.stop();
}
oneForEachRequest();

async function throughput(stripe) {
  const billing = new StripeBillingService({ stripe, tenantId: "acme", portal: { returnUrl: RETURN_URL } });
  const customer = await stripe.customers.create({ metadata: { tenantId: "acme" } });
  const product = await stripe.products.create({
    name: "Pro",
    metadata: { tenantId: "acme" },
    default_price_data: { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } },
  });
  const subscription = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: product.default_price }],
  });
  const trusting = new StripeBillingService({
    stripe,
    tenantId: "acme",
    portal: { returnUrl: RETURN_URL },
    ownership: { trustInWrites: true },
  });
  const open = () => stripe.billingPortal.sessions.create({ customer: customer.id, return_url: RETURN_URL });
  const comparisons = {
    "getSubscription, warm, of subscriptions.retrieve": {
      atLeast: 1,
      ours: () => billing.getSubscription(subscription.id),
      bare: () => stripe.subscriptions.retrieve(subscription.id),
    },
    "createCustomerPortalSession where proofs are remembered for writes, of sessions.create": {
      atLeast: 0.97,
      ours: () => trusting.createCustomerPortalSession(customer.id),
      bare: open,
    },
    // No budget: it sends a request more, and what that proves is the point of it.
    "createCustomerPortalSession, of sessions.create": {
      ours: () => billing.createCustomerPortalSession(customer.id),
      bare: open,
    },
    "createCustomerPortalSession, of customers.retrieve and sessions.create": {
      ours: () => billing.createCustomerPortalSession(customer.id),
      bare: async () => {
        await stripe.customers.retrieve(customer.id);
        await open();
      },
    },
  };
  for (const [what, { ours, bare, ...budget }] of Object.entries(comparisons)) {
    const measure = rateOf({ calls: 400, concurrency: 16 });
    const figures = await takeTurns({ ours, bare }, measure, { rounds, warmUp: 10 });
    reportRatio(what, figures.ours, figures.bare, { unit: " calls a second", ...budget });
  }
}

function oneForEachRequest() {
  const secretKey = `sk_test_${"a".repeat(40)}`;
  const billing = new StripeBillingService({ secretKey });
  const stripe = new Stripe(secretKey);
  const ways = {
    "a service bound for one request": (n) => billing.forTenant(`t${n}`),
    "a service made for one request, with a client of the application's": (n) =>
      new StripeBillingService({ stripe, tenantId: `t${n}` }),
  };
  for (const [what, make] of Object.entries(ways)) measureOne(what, make);
}

function measureOne(what, make) {
  let made = 0;
  const measure = microsecondsOf(SERVICES);
  measure(() => make(made++));
  report(
    `${what}, µs`,
    measure(() => make(made++)),
    { atMost: 5 },
  );
  if (globalThis.gc === undefined) return console.log("Its memory is measured with --expose-gc.");
  globalThis.gc();
  const before = process.memoryUsage().heapUsed;
  const services = Array.from({ length: SERVICES }, (_, n) => make(n));
  globalThis.gc();
  const bytes = (process.memoryUsage().heapUsed - before) / services.length;
  report(`${what}, bytes`, bytes, { atMost: 1024 });
}
