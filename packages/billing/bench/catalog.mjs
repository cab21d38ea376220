/**
 * How many requests a tenant's hundred products with their prices take where other tenants of the same account have a
 * hundred thousand, and whether that list takes longer than where there are no others. Loading takes most of the time.
 *
 *   node packages/billing/bench/catalog.mjs [--others 100000] [--rounds 15]
 */
import { Agent, request } from "node:http";
import { parseArgs } from "node:util";
import { StripeBillingService } from "@repo/billing";
import { startLocalServer } from "./local-server.mjs";
import { report, reportRatio } from "./report.mjs";
import { takeTurns } from "./turns.mjs";

const OWN_PRODUCTS = 100;
const PRICES_EACH = 2;
const PRODUCTS_A_TENANT = 10;
const CONCURRENCY = 16;

const { values: flags } = parseArgs({
  options: { others: { type: "string", default: "100000" }, rounds: { type: "string", default: "15" } },
});
const others = Number(flags.others);
const rounds = Number(flags.rounds);

const [alone, crowded] = await Promise.all([startServer(), startServer()]);
try {
  await load(crowded, others, (at) => `tenant${Math.floor(at / PRODUCTS_A_TENANT)}`);
  for (const server of [alone, crowded]) await loadOwn(server);
  const { cold, warm } = await requestsOf(crowded);
  const times = await compareTimes();
  const among = `${OWN_PRODUCTS} products and their prices among ${others.toLocaleString("en-US")} of others`;
  report(`requests to list ${among}, cold`, cold, { atMost: 3 });
  report(`requests to list ${among}, again`, warm, { atMost: 0 });
  reportRatio("time of a cold list, of one without others", times.crowded, times.alone, {
    atMost: 1.1,
    unit: " ms",
  });
} finally {
  for (const { stop, agent } of [alone, crowded]) {
    agent.destroy();
    await stop();
  }
}

async function requestsOf(server) {
  let sent = 0;
  const { stripe } = server;
  const counted = {
    rawRequest: (...call) => {
      sent++;
      return stripe.rawRequest(...call);
    },
  };
  const acme = serviceFor(counted);
  await listed(acme);
  const cold = sent;
  await listed(acme);
  return { cold, warm: sent - cold };
}

function compareTimes() {
  const measure = (server) => timeOf(() => listed(serviceFor(server.stripe)));
  return takeTurns({ crowded, alone }, measure, { rounds });
}

async function timeOf(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** A fast answer that is wrong is not worth measuring. */
async function listed(acme) {
  const { data } = await acme.listTenantProducts({ limit: OWN_PRODUCTS });
  const whole = data.filter(({ prices }) => prices.length === PRICES_EACH).length;
  if (whole !== OWN_PRODUCTS) throw new Error(`${whole} of ${OWN_PRODUCTS} products came with their prices.`);
}

function serviceFor(stripe) {
  const portal = { returnUrl: "https://app.example.com/" };
  return new StripeBillingService({ stripe, tenantId: "acme", portal });
}

async function loadOwn(server) {
  const acme = serviceFor(server.stripe);
  for (let i = 0; i < OWN_PRODUCTS; i++) {
    const price = { currency: "usd", unitAmount: 4900, recurring: { interval: "month" } };
    const { id } = await acme.createProduct({ name: `Product ${i}`, price });
    await acme.createPrice(id, { currency: "usd", unitAmount: 49_000, recurring: { interval: "year" } });
  }
}

async function load(server, products, tenantOf) {
  let next = 0;
  const worker = async () => {
    while (next < products) {
      const at = next++;
      await post(server, "/v1/products", {
        name: `Product ${at}`,
        "metadata[tenantId]": tenantOf(at),
        "default_price_data[currency]": "usd",
        "default_price_data[unit_amount]": "4900",
        "default_price_data[metadata][tenantId]": tenantOf(at),
      });
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

/** Without the SDK, which would take most of the time. */
function post({ port, secretKey, agent }, path, fields) {
  return new Promise((resolve, reject) => {
    const body = new URLSearchParams(fields).toString();
    const headers = {
      Authorization: `Bearer ${secretKey}`,
      "Content-Type": "application/x-www-form-urlencoded",
      "Content-Length": Buffer.byteLength(body),
    };
    const sent = request({ host: "127.0.0.1", port, method: "POST", path, agent, headers }, (response) => {
      response.resume();
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`POST ${path}: ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

async function startServer() {
  const server = await startLocalServer();
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  return { ...server, stripe: server.createStripe(), agent };
}
