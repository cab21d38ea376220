import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { PoolClient } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { OneMessage, takesOneMessage } from "../../../../src/webhooks/inbox/postgres/one-message.js";

describePostgres("the messages of a Postgres inbox", () => {
  let schema: Schema;

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
    await schema.pool.query(`CREATE TABLE "${schema.name}".effects (name text PRIMARY KEY)`);
  });

  afterEach(() => schema.drop());

  const write = ({ tx }: { readonly tx: PoolClient }) =>
    tx.query(`INSERT INTO "${schema.name}".effects VALUES ($1)`, ["effect"]);

  /** An inbox on the schema's pool, and the texts that it sent. `change` changes what its clients look like. */
  function open(change: (client: PoolClient, query: PoolClient["query"]) => object) {
    const texts: string[] = [];
    const connect = async () => {
      const client = await schema.pool.connect();
      const recorded = (sent: string | OneMessage, values?: unknown[]) => {
        texts.push(typeof sent === "string" ? sent : sent.text);
        return typeof sent === "string" ? client.query(sent, values) : client.query(sent);
      };
      // The inbox calls no other form of it.
      return change(client, recorded as PoolClient["query"]) as PoolClient;
    };
    return { texts, inbox: postgresInbox({ pool: { connect }, schema: schema.name }) };
  }

  const sameClient = (client: PoolClient, query: PoolClient["query"]) =>
    new Proxy(client, {
      get: (target, name) => (name === "query" ? query : Reflect.get(target, name, target)),
    });

  test("are three for a handled event: the claim with what opens the transaction, the handler's, and the commit", async () => {
    const { inbox, texts } = open(sameClient);
    const secret = "jenny@example.com";
    const { body } = aDelivery("evt_1");
    const delivery = { ...aDelivery("evt_1"), body: body.replace("{", `{"email":"${secret}",`) };
    await inbox.readStats();
    texts.length = 0;
    expect(await inbox.process(delivery, async (claim) => void (await write(claim)))).toMatchObject({
      status: "handled",
      attempt: 1,
    });
    // Forgetting what is old sends some in the background.
    const sent = texts.filter((text) => !/DELETE FROM/.test(text));
    expect(sent).toEqual([
      expect.stringMatching(/^BEGIN .*claim_new.*; COMMIT AND CHAIN; .*fence/),
      expect.stringMatching(/^INSERT INTO .*effects/),
      expect.stringMatching(/settle.*; COMMIT$/),
    ]);
    expect(sent.join()).not.toContain(secret);
  });

  test("are more where a client takes one statement at a time, with the same outcome", async () => {
    const { inbox, texts } = open((client, query) => ({
      query,
      release: (destroy?: boolean) => client.release(destroy),
    }));
    const work = async (claim: { readonly tx: PoolClient }) => void (await write(claim));
    expect((await inbox.process(aDelivery("evt_1"), work)).status).toBe("handled");
    expect(await inbox.process(aDelivery("evt_1"), work)).toEqual({ status: "duplicate" });
    expect(texts.filter((text) => /claim_new/.test(text))[0]).not.toMatch(/fence/);
  });

  test("reject with the server's answer, after which the client goes on", async () => {
    const client = await schema.pool.connect();
    const message = new OneMessage([
      { text: "BEGIN", values: [] },
      { text: "SELECT $1::text AS given", values: ["first"] },
      { text: "SELECT 1 / $1::integer AS given", values: [0] },
    ]);
    void client.query(message);
    await expect(message.rows).rejects.toMatchObject({ code: "22012" });
    await client.query("ROLLBACK");
    const next = new OneMessage([
      { text: "SELECT $1::text AS given, $2::text AS none", values: ["ä", null] },
    ]);
    void client.query(next);
    expect(await next.rows).toEqual([{ given: "ä", none: null }]);
    client.release();
  });
});

/** What node-postgres hands to a query, as a record of what was done with it. */
function recordedWire() {
  const calls: unknown[] = [];
  const record =
    (name: string) =>
    (...given: unknown[]) =>
      void calls.push([name, ...given]);
  const wire = {
    parse: record("parse"),
    bind: record("bind"),
    describe: record("describe"),
    execute: record("execute"),
    sync: record("sync"),
  };
  return { wire, calls, stream: { cork: record("cork"), uncork: record("uncork") } };
}

const SENT = [
  ["parse", { text: "BEGIN", name: "" }],
  ["bind", { values: [] }],
  ["execute", { portal: "", rows: 0 }],
  ["parse", { text: "SELECT $1, $2", name: "" }],
  ["bind", { values: ["7", null] }],
  ["describe", { type: "P", name: "" }],
  ["execute", { portal: "", rows: 0 }],
  ["sync"],
];
const aMessage = () =>
  new OneMessage([
    { text: "BEGIN", values: [] },
    { text: "SELECT $1, $2", values: [7, null] },
  ]);

test("one message has all its statements before the one sync, and goes out at once where that can be", () => {
  const { wire, calls, stream } = recordedWire();
  expect(aMessage().submit({ ...wire, stream })).toBeNull();
  expect(calls).toEqual([["cork"], ...SENT, ["uncork"]]);
  for (const less of [{}, { stream: undefined }, { stream: {} }]) {
    calls.length = 0;
    aMessage().submit({ ...wire, ...less });
    expect(calls).toEqual(SENT);
  }
});

test("a stream is let go also where its connection refuses what it is given", () => {
  const { wire, calls, stream } = recordedWire();
  const refuse = () => {
    throw new Error("the connection is closed");
  };
  expect(() => aMessage().submit({ ...wire, bind: refuse, stream })).toThrow("the connection is closed");
  expect(calls.at(-1)).toEqual(["uncork"]);
});

test("a client takes one message if its connection has all that this needs, and it does not pipeline", () => {
  const { wire } = recordedWire();
  expect(takesOneMessage({ connection: wire })).toBe(true);
  expect(takesOneMessage({ connection: wire, pipeline: false })).toBe(true);
  expect(takesOneMessage({ connection: wire, pipeline: true })).toBe(false);
  for (const connection of [undefined, null, "native", {}])
    expect(takesOneMessage({ connection })).toBe(false);
  for (const lacking of Object.keys(wire)) {
    expect(takesOneMessage({ connection: { ...wire, [lacking]: undefined } })).toBe(false);
  }
});
