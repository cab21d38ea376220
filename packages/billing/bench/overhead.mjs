/**
 * What the library costs against doing the same without it, as ratios measured in one run: both sides take turns in
 * short rounds, so that whatever else the machine does falls on both, and the median of the rounds counts.
 */
import { execFileSync, spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { StripeBillingService } from "@repo/billing";
import { verifyWebhook } from "@repo/billing/webhooks";
import Stripe from "stripe";

const ROUNDS = 31;
const CALLS_A_ROUND = 400;
const CONCURRENCY = 16;

const rows = [];
const server = await startServer();
let event;
try {
  await throughput();
  event = await latestEvent();
} finally {
  server.child.kill();
}
verification(event);
imports();

console.log(`\nMedians of ${ROUNDS} rounds taken in turns, Node ${process.version}\n`);
for (const { what, ratio, budget, ok } of rows) {
  console.log(
    `${ok ? "ok  " : "OVER"}  ${ratio.toFixed(3).padStart(7)}  ${budget ? `(budget ${budget})` : ""}  ${what}`,
  );
}
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1;

async function throughput() {
  const { host, port, secretKey } = server;
  const stripe = new Stripe(secretKey, { host, port, protocol: "http", telemetry: false });
  const billing = new StripeBillingService({
    stripe,
    tenantId: "acme",
    portal: { returnUrl: "https://app.example.com/" },
  });
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
  await atLeast("getSubscription, warm, against subscriptions.retrieve: throughput", 0.95, {
    ours: () => billing.getSubscription(subscription.id),
    bare: () => stripe.subscriptions.retrieve(subscription.id),
  });
  // No budget: what it checks before it writes is the point of it.
  await atLeast(
    "createCustomerPortalSession, warm, against billingPortal.sessions.create: throughput",
    undefined,
    {
      ours: () => billing.createCustomerPortalSession(customer.id),
      bare: () =>
        stripe.billingPortal.sessions.create({
          customer: customer.id,
          return_url: "https://app.example.com/",
        }),
    },
  );
}

/** The bytes of a subscription event, as they are delivered. */
async function latestEvent() {
  const { host, port, secretKey } = server;
  const stripe = new Stripe(secretKey, { host, port, protocol: "http", telemetry: false });
  const { data } = await stripe.events.list({ type: "customer.subscription.created", limit: 1 });
  return Buffer.from(JSON.stringify(data[0]));
}

async function atLeast(what, budget, { ours, bare }) {
  for (let i = 0; i < 10; i++) for (const call of [ours, bare]) await round(call);
  const ratios = [];
  for (let i = 0; i < ROUNDS; i++) {
    // The first of a pair now and then, so that neither always follows the other.
    const [first, second] = i % 2 === 0 ? [ours, bare] : [bare, ours];
    const times = new Map([
      [first, await round(first)],
      [second, await round(second)],
    ]);
    ratios.push(times.get(bare) / times.get(ours));
  }
  const ratio = median(ratios);
  rows.push({ what, ratio, budget: budget && `>= ${budget}`, ok: budget === undefined || ratio >= budget });
}

async function round(call) {
  const startedAt = performance.now();
  let left = CALLS_A_ROUND;
  const worker = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
  return performance.now() - startedAt;
}

function verification(body) {
  const secret = `whsec_${"0123456789abcdef".repeat(2)}`;
  const timestamp = Math.floor(Date.now() / 1000);
  const digest = () => createHmac("sha256", secret).update(`${timestamp}.`).update(body).digest("hex");
  const header = `t=${timestamp},v1=${digest()}`;
  const ours = () => verifyWebhook(body, header, secret);
  const bare = () => [digest(), JSON.parse(body.toString())];
  const ratios = [];
  for (let i = 0; i < ROUNDS; i++) ratios.push(timeOf(ours) / timeOf(bare));
  const ratio = median(ratios);
  rows.push({
    what: `verifyWebhook of ${body.length} bytes against HMAC + JSON.parse: time`,
    ratio,
    budget: "<= 1.15",
    ok: ratio <= 1.15,
  });
}

function timeOf(work) {
  const startedAt = performance.now();
  for (let i = 0; i < 1_000; i++) work();
  return performance.now() - startedAt;
}

function imports() {
  atMost("import of @repo/billing against import of stripe: time", "@repo/billing", 1.1);
  atMost("import of @repo/billing/webhooks against import of stripe: time", "@repo/billing/webhooks", 0.15);
}

function atMost(what, specifier, budget) {
  const ratios = [];
  for (let i = 0; i < ROUNDS; i++) ratios.push(importMs(specifier) / importMs("stripe"));
  const ratio = median(ratios);
  rows.push({ what, ratio, budget: `<= ${budget}`, ok: ratio <= budget });
}

function importMs(specifier) {
  const script = `const t = performance.now(); await import("${specifier}"); console.log(performance.now() - t);`;
  const cwd = fileURLToPath(new URL(".", import.meta.url));
  return Number(
    execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd, encoding: "utf8" }),
  );
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** In a process of its own, so that its work is not counted on either side. */
async function startServer() {
  const cli = fileURLToPath(new URL("../../local-stripe/dist/cli.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(child.stdout.setEncoding("utf8"), "data");
  const { hostname, port } = new URL(/http:\/\/\S+/.exec(output)[0]);
  return { child, host: hostname, port: Number(port), secretKey: /sk_test_\w+/.exec(output)[0] };
}
