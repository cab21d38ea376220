/**
 * What it costs to verify a webhook, beside an HMAC and JSON.parse of the same bytes, which check nothing.
 *
 *   node packages/billing/bench/verification.mjs [--rounds 61]
 */
import { createHmac } from "node:crypto";
import { parseArgs } from "node:util";
import { verifyWebhook } from "@repo/billing/webhooks";
import { startLocalServer } from "./local-server.mjs";
import { reportRatio } from "./report.mjs";
import { microsecondsOf, takeTurns } from "./turns.mjs";

const { values: flags } = parseArgs({ options: { rounds: { type: "string", default: "61" } } });
const SECRET = `whsec_${"0123456789abcdef".repeat(2)}`;
/** Bytes of a round, so that each takes about as long. */
const BYTES_A_ROUND = 4e6;

const event = await readEvent();
for (const kilobytes of [4, 13, 50, 250]) await measure(toBody(event, kilobytes * 1_000));

async function measure(body) {
  const timestamp = Math.floor(Date.now() / 1_000);
  const digest = () => createHmac("sha256", SECRET).update(`${timestamp}.`).update(body).digest("hex");
  const header = `t=${timestamp},v1=${digest()}`;
  const ours = () => verifyWebhook(body, header, SECRET);
  const bare = () => [digest(), JSON.parse(body.toString())];
  const calls = Math.ceil(BYTES_A_ROUND / body.length);
  const options = { rounds: Number(flags.rounds), warmUp: 10 };
  const figures = await takeTurns({ ours, bare }, microsecondsOf(calls), options);
  const what = `verifyWebhook of ${(body.length / 1_000).toFixed(0)} kB, of HMAC and JSON.parse`;
  reportRatio(what, figures.ours, figures.bare, { atMost: 1.1, unit: " µs" });
}

/** A subscription's event, as it is delivered. */
async function readEvent() {
  const server = await startLocalServer();
  try {
    const stripe = server.createStripe();
    const customer = await stripe.customers.create();
    const product = await stripe.products.create({
      name: "Pro",
      default_price_data: { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } },
    });
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: product.default_price }] });
    const { data } = await stripe.events.list({ type: "customer.subscription.created", limit: 1 });
    return data[0];
  } finally {
    await server.stop();
  }
}

/** The event with as many items as fit into so many bytes, each as large as the first. */
function toBody(event, bytes) {
  const { object } = event.data;
  const withItems = (count) => {
    const data = Array.from({ length: count }, (_, n) => ({ ...object.items.data[0], id: `si_${n}` }));
    const items = { ...object.items, data, total_count: count };
    // Stripe sends it in lines.
    return Buffer.from(JSON.stringify({ ...event, data: { object: { ...object, items } } }, null, 2));
  };
  const [one, two] = [withItems(1).length, withItems(2).length];
  return withItems(1 + Math.max(0, Math.round((bytes - one) / (two - one))));
}
