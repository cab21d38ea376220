/**
 * What a million customers of a hundred thousand tenants cost: memory, reads a second, and how much dearer ten tenants'
 * reads are beside all the others than by themselves. Reads that wander over all tenants are measured too: they
 * touch what was not read for a while, where ten tenants' is read again and again. The two servers are processes of their own and
 * are asked in turns, so that whatever else the machine does falls on both; the median of the rounds counts.
 *
 *     node bench/scale.mjs [customers = 1000000]
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import { fileURLToPath } from "node:url";
import { startLocalStripe } from "@repo/local-stripe";

const CUSTOMERS_A_TENANT = 10;
const FEW_TENANTS = 10;
const ROUNDS = 15;
const READS_A_ROUND = 1000;
const CONCURRENCY = 16;

const BUDGET = { readsPerSecond: 2000, memoryGiB: 2, dearer: 1.5, dearerUncached: 2 };

/** Each asks for what belongs to one customer or tenant, and says how many objects must be in the answer. */
const READS = {
  "retrieve a customer": {
    path: ({ ids }, at) => `/v1/customers/${ids[at]}`,
    objects: 1,
  },
  "list a page after a customer": {
    // The oldest ten have fewer than ten after them.
    path: ({ ids }, at) => `/v1/customers?limit=10&starting_after=${ids[Math.max(at, 10)]}`,
    objects: 10,
  },
  "list by e-mail address": {
    path: (_server, at) => `/v1/customers?email=${emailOf(at)}`,
    objects: 1,
  },
  "search by the tenant in metadata": {
    path: ({ tenants }, at) =>
      `/v1/customers/search?query=${encodeURIComponent(`metadata["tenantId"]:"${tenantOf(at, tenants)}"`)}`,
    objects: CUSTOMERS_A_TENANT,
  },
};

const results = [];

if (process.send) await serve();
else await compare();

/** The server's process: says where it listens, and how much memory it takes whenever it is asked. */
async function serve() {
  const local = await startLocalStripe();
  process.on("message", () => process.send({ rss: process.memoryUsage().rss }));
  process.once("disconnect", () => void local.close());
  process.send({ port: local.port, secretKey: local.secretKey });
}

async function compare() {
  const customers = Number(process.argv[2] ?? 1_000_000);
  if (!Number.isInteger(customers) || customers < FEW_TENANTS * CUSTOMERS_A_TENANT) {
    throw new RangeError(`customers must be a whole number of at least ${FEW_TENANTS * CUSTOMERS_A_TENANT}`);
  }
  const tenants = Math.floor(customers / CUSTOMERS_A_TENANT);
  const [few, many] = await Promise.all([start(FEW_TENANTS), start(tenants)]);
  try {
    await load(few);
    const seconds = await load(many);
    const loaded = (await memory(many)) / 2 ** 30;
    report(
      `${shown(customers)} customers of ${shown(tenants)} tenants, loaded`,
      "GiB",
      loaded,
      "<",
      BUDGET.memoryGiB,
    );
    report("customers created a second", "", many.ids.length / seconds);
    for (const [what, read] of Object.entries(READS)) await measure(what, read, few, many);
    // With what the recorder has let go and the engine has not collected yet.
    report("the same after all reads", "GiB", (await memory(many)) / 2 ** 30);
  } finally {
    for (const { child, agent } of [few, many]) {
      agent.destroy();
      child.disconnect();
    }
  }
  process.exitCode = results.every((ok) => ok) ? 0 : 1;
}

async function measure(what, read, few, many) {
  for (const server of [few, many]) await checked(server, read);
  const alone = { server: few, customer: () => below(few.ids.length) };
  const beside = { server: many, customer: () => ofTenTenants(many.tenants) };
  const wandering = { server: many, customer: () => below(many.ids.length) };
  const readers = [alone, beside, wandering];
  for (const reader of readers) await round(reader, read);
  const rounds = [];
  for (let i = 0; i < ROUNDS; i++) {
    const seconds = new Map();
    // None always follows the same one.
    const order = [...readers.slice(i % readers.length), ...readers.slice(0, i % readers.length)];
    for (const reader of order) seconds.set(reader, await round(reader, read));
    rounds.push(seconds);
  }
  const rate = median(rounds.map((seconds) => READS_A_ROUND / seconds.get(wandering)));
  const dearer = (reader) => median(rounds.map((seconds) => seconds.get(reader) / seconds.get(alone)));
  const others = shown(many.tenants - FEW_TENANTS);
  report(what, "a second", rate, ">=", BUDGET.readsPerSecond);
  report(`    ${FEW_TENANTS} tenants beside ${others} others`, "times", dearer(beside), "<=", BUDGET.dearer);
  report("    the same, over all tenants", "times", dearer(wandering), "<=", BUDGET.dearerUncached);
}

async function round({ server, customer }, { path }) {
  const begin = performance.now();
  await inParallel(READS_A_ROUND, () => ask(server, "GET", path(server, customer())));
  return (performance.now() - begin) / 1000;
}

/** A customer of one of ten tenants, which stand far apart. */
function ofTenTenants(tenants) {
  return below(FEW_TENANTS) * Math.floor(tenants / FEW_TENANTS) + below(CUSTOMERS_A_TENANT) * tenants;
}

function below(limit) {
  return Math.floor(Math.random() * limit);
}

/** A fast answer that is wrong is not worth measuring. */
async function checked(server, { path, objects }) {
  for (const at of [0, server.ids.length >> 1, server.ids.length - 1]) {
    const answer = JSON.parse(await ask(server, "GET", path(server, at)));
    const found = answer.data?.length ?? 1;
    if (found !== objects) throw new Error(`${path(server, at)} answered ${found} objects, not ${objects}`);
  }
}

async function start(tenants) {
  const child = fork(fileURLToPath(import.meta.url));
  const [{ port, secretKey }] = await once(child, "message");
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
  return { child, port, secretKey, agent, tenants, ids: [] };
}

async function load(server) {
  const begin = performance.now();
  await inParallel(server.tenants * CUSTOMERS_A_TENANT, async (at) => {
    const fields = { email: emailOf(at), "metadata[tenantId]": tenantOf(at, server.tenants) };
    const answer = await ask(server, "POST", "/v1/customers", new URLSearchParams(fields).toString());
    server.ids[at] = JSON.parse(answer).id;
  });
  return (performance.now() - begin) / 1000;
}

async function memory({ child }) {
  child.send("memory");
  const [{ rss }] = await once(child, "message");
  return rss;
}

function ask(server, method, path, body = "") {
  const { port, secretKey, agent } = server;
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${secretKey}` };
    if (body !== "") {
      headers["Content-Type"] = "application/x-www-form-urlencoded";
      headers["Content-Length"] = Buffer.byteLength(body);
    }
    const sent = request({ host: "127.0.0.1", port, method, path, agent, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (piece) => {
        text += piece;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
      });
    });
    // On a busy machine a connection may rest for so long that the server has closed it.
    const isStale = ({ code }) => sent.reusedSocket && code === "ECONNRESET";
    sent.on("error", (error) => (isStale(error) ? resolve(ask(server, method, path, body)) : reject(error)));
    sent.end(body);
  });
}

async function inParallel(times, act) {
  let next = 0;
  const worker = async () => {
    while (next < times) await act(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}

function report(what, unit, value, relation, budget) {
  const ok = budget === undefined || holds(value, relation, budget);
  results.push(ok);
  const number = value >= 100 ? shown(Math.round(value)) : value.toFixed(2);
  const line = [ok ? "ok  " : "OVER", what.padEnd(56), number.padStart(8), unit.padEnd(9)];
  console.log(`${line.join(" ")}${budget === undefined ? "" : ` budget ${relation} ${shown(budget)}`}`);
}

function holds(value, relation, budget) {
  if (relation === ">=") return value >= budget;
  return relation === "<" ? value < budget : value <= budget;
}

function emailOf(at) {
  return `user${at}@example.com`;
}

function tenantOf(at, tenants) {
  return `tenant${at % tenants}`;
}

function shown(number) {
  return number.toLocaleString("en-US");
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[numbers.length >> 1];
}
