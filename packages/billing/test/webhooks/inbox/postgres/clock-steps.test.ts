import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { setClock, withClockOf } from "../../faults/server-clock.js";

const TEN_MINUTES_MS = 600_000;
const done = async () => undefined;

describePostgres("when the clock of its database steps, a delivery", () => {
  let schema: Schema;
  const pools: Pool[] = [];

  beforeEach(async () => {
    schema = await createSchema();
    await migrateInbox(schema.pool, { schema: schema.name });
    await step(0);
  });

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => pool.end()));
    await schema.drop();
  });

  const step = (aheadMs: number) => schema.pool.query(setClock(schema.name, aheadMs));

  function open() {
    const connectionString = withClockOf(schema.name, postgresUrl() ?? "");
    const pool = new Pool({ connectionString, max: 4 }).on("error", () => undefined);
    pools.push(pool);
    return postgresInbox({ pool, schema: schema.name });
  }

  test("that is at work is not taken over, and the next of its object waits, although its lease is over", async () => {
    const [inbox, peer] = [open(), open()];
    const objectId = "sub_1";
    let finish = () => {};
    const held = new Promise<void>((resolve) => (finish = resolve));
    let begin = () => {};
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const first = inbox.process(aDelivery("evt_1", { objectId }), () => {
      begin();
      return held;
    });
    await begun;
    await step(TEN_MINUTES_MS);
    await peer.store(aDelivery("evt_2", { objectId }));
    expect(await peer.process(aDelivery("evt_1", { objectId }), done)).toEqual({ status: "busy" });
    expect(await peer.processNext(done)).toBeUndefined();
    finish();
    expect(await first).toMatchObject({ status: "handled", attempt: 1 });
    expect(await peer.processNext(done)).toMatchObject({ result: { status: "handled" } });
  });

  test("waits for no longer than the clock stepped back, and for nothing when it is delivered again", async () => {
    const inbox = open();
    await step(TEN_MINUTES_MS);
    await inbox.store(aDelivery("evt_1"));
    await inbox.store(aDelivery("evt_2"));
    await step(0);
    expect(await inbox.processNext(done)).toBeUndefined();
    expect(await inbox.process(aDelivery("evt_1"), done)).toMatchObject({ status: "handled", attempt: 1 });
    await step(TEN_MINUTES_MS);
    expect(await inbox.processNext(done)).toMatchObject({
      delivery: { key: { eventId: "evt_2" } },
      result: { status: "handled", attempt: 1 },
    });
  });
});
