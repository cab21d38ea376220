/** What the soak delivers, to an inbox in memory and to one in Postgres. */
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { Agent, createServer, request } from "node:http";
import { StripeBillingService } from "@repo/billing";
import { migrateInbox, postgresInbox } from "@repo/billing/postgres";
import { createWebhookReceiver, memoryInbox } from "@repo/billing/webhooks";
import { connect } from "./inbox-kit.mjs";
import { startPostgres } from "./private-postgres.mjs";
import { createRecordedStripe } from "./recorded-stripe.mjs";
import { AT_ONCE, atOnce } from "./soak-at-once.mjs";

const SECRET = `whsec_${"0123456789abcdef".repeat(2)}`;
const PORTAL = { returnUrl: "https://app.example.com/" };

/** Deliveries over connections: most handled, some twice, failing, or forged. */
export async function webhooks({ maxEvents }) {
  const inbox = memoryInbox({ maxEvents, maxAttempts: 2 });
  const receiver = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: new StripeBillingService({ stripe: await createRecordedStripe(), portal: PORTAL }),
    inbox,
    logger: { warn: () => undefined },
    on: {
      "customer.subscription.updated": async ({ id }) => {
        if (id.endsWith("99")) throw new Error("The handler fails.");
      },
    },
  });
  const server = await listen(receiver.node);
  let sent = 0;
  return {
    // Twice: a table has its full size once its entries were replaced.
    first: 2 * maxEvents,
    run: async (count) => {
      await atOnce(count, async () => {
        const n = sent++;
        const event = signEvent(n);
        await server.deliver(event, n % 100 === 99 ? 500 : 200);
        // The second attempt of what failed is its last. Too many dead ones would fill the inbox.
        if (n % 10 === 9) await server.deliver(event, 200);
        if (n % 50 === 0)
          await server.deliver({ ...event, header: event.header.replace("v1=", "v1=00") }, 400);
      });
      for (const { key } of await inbox.listDead({ limit: count })) {
        await inbox.requeue(key, async () => undefined);
      }
      return { deliveries: count };
    },
    end: server.close,
  };
}

/** Deliveries stored in Postgres and taken up by a worker of the same process. */
export async function stored() {
  const postgres = await startPostgres();
  const pool = connect(postgres, AT_ONCE);
  await migrateInbox(pool);
  let left = 0;
  let finish = () => undefined;
  const receiver = createWebhookReceiver({
    signingSecrets: [SECRET],
    billing: new StripeBillingService({ stripe: await createRecordedStripe(), portal: PORTAL }),
    inbox: postgresInbox({ pool }),
    respond: "stored",
    on: {
      "customer.subscription.updated": async () => {
        left -= 1;
        if (left === 0) finish();
      },
    },
  });
  const stop = new AbortController();
  const working = receiver.work({ concurrency: 4, signal: stop.signal });
  let sent = 0;
  return {
    run: async (count) => {
      const some = Math.ceil(count / 20);
      left = some;
      const worked = new Promise((resolve) => (finish = resolve));
      await atOnce(some, async () => {
        const { body, header } = signEvent(sent++);
        const { status } = await receiver.receive(body, header);
        if (status !== "stored") throw new Error(`The receiver answered ${status}.`);
      });
      await worked;
      return { "stored deliveries": some };
    },
    end: async () => {
      stop.abort();
      await working;
      await pool.end();
      await postgres.stop();
    },
  };
}

/** A server for deliveries, and a client that keeps its connections. */
async function listen(handler) {
  // Never ends a connection at rest, which the client may be using again at that moment.
  const server = createServer(
    { keepAliveTimeout: 0 },
    (message, response) => void handler(message, response),
  );
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const deliver = ({ body, header }, expected) =>
    new Promise((resolve, reject) => {
      const headers = { "content-length": body.length, "stripe-signature": header };
      const sent = request({ host: "127.0.0.1", port, method: "POST", agent, headers }, (response) => {
        response.resume().on("end", () => {
          if (response.statusCode === expected) resolve();
          else reject(new Error(`A delivery was answered ${response.statusCode}, not ${expected}.`));
        });
      });
      sent.on("error", reject).end(body);
    });
  const close = async () => {
    agent.destroy();
    server.close();
    await once(server, "close");
  };
  return { deliver, close };
}

/** A customer's event, each about another subscription. */
function signEvent(n) {
  const created = Math.floor(Date.now() / 1_000);
  const object = {
    id: `sub_soak${n}`,
    object: "subscription",
    customer: `cus_soak${n}`,
    status: "active",
    metadata: {},
  };
  const body = Buffer.from(
    JSON.stringify({
      id: `evt_${n}`,
      object: "event",
      api_version: "2026-10-28.endive",
      created,
      data: { object },
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: null },
      type: "customer.subscription.updated",
    }),
  );
  const signature = createHmac("sha256", SECRET).update(`${created}.`).update(body).digest("hex");
  return { body, header: `t=${created},v1=${signature}` };
}
