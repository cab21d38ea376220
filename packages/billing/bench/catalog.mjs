/**
 * How many requests a tenant's hundred products with their prices take where other tenants of the same account have a
 * hundred thousand, and whether that list takes longer than where there are no others. Loading takes most of the time.
 *
 *     node bench/catalog.mjs [others = 100000]
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { StripeBillingService } from "@repo/billing";
import Stripe from "stripe";

const OWN_PRODUCTS = 100;
const PRICES_EACH = 2;
const PRODUCTS_A_TENANT = 10;
const ROUNDS = 15;
const CONCURRENCY = 16;

const others = Number(process.argv[2] ?? 100_000);
if (!Number.isInteger(others) || others < 1) throw new RangeError("others must be a whole number above 0");

const [alone, crowded] = await Promise.all([startServer(), startServer()]);
try {
  await load(crowded, others, (at) => `tenant${Math.floor(at / PRODUCTS_A_TENANT)}`);
  for (const server of [alone, crowded]) await loadOwn(server);
  const { cold, warm } = await requestsOf(crowded);
  const times = await dearer();
  const among = `${OWN_PRODUCTS} products and their prices among ${others.toLocaleString("en-US")} of others`;
  const ok = [
    report(`requests to list ${among}, cold`, cold, 3),
    report(`requests to list ${among}, again`, warm, 0),
    report("time of a cold list against one without others", times, 1.1),
  ];
  process.exitCode = ok.every(Boolean) ? 0 : 1;
} finally {
  for (const { child, agent } of [alone, crowded]) {
    agent.destroy();
    child.kill();
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

async function dearer() {
  const ratios = [];
  for (let i = 0; i < ROUNDS; i++) {
    // The first of a pair now and then, so that neither always follows the other.
    const pair = i % 2 === 0 ? [alone, crowded] : [crowded, alone];
    const times = new Map();
    for (const server of pair) times.set(server, await timeOf(() => listed(serviceFor(server.stripe))));
    ratios.push(times.get(crowded) / times.get(alone));
  }
  return ratios.toSorted((one, other) => one - other)[ROUNDS >> 1];
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

function report(what, value, budget) {
  const ok = value <= budget;
  const number = Number.isInteger(value) ? String(value) : value.toFixed(3);
  console.log(`${ok ? "ok  " : "OVER"}  ${number.padStart(7)}  (budget <= ${budget})  ${what}`);
  return ok;
}

/** In a process of its own, so that its work is not counted on either side. */
async function startServer() {
  const cli = fileURLToPath(new URL("../../local-stripe/dist/cli.js", import.meta.url));
  const child = spawn(process.execPath, [cli, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(child.stdout.setEncoding("utf8"), "data");
  const { hostname: host, port } = new URL(/http:\/\/\S+/.exec(output)[0]);
  const secretKey = /sk_test_\w+/.exec(output)[0];
  const stripe = new Stripe(secretKey, { host, port: Number(port), protocol: "http", telemetry: false });
  return {
    child,
    port: Number(port),
    secretKey,
    stripe,
    agent: new Agent({ keepAlive: true, maxSockets: CONCURRENCY }),
  };
}
