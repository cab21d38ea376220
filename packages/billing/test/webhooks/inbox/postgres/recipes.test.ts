import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { migrateInbox, type PostgresInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { RECIPES, type Recipe } from "./recipes/clients.js";

describePostgres.each(Object.entries(RECIPES))("the Postgres inbox on %s", (_name, open) => {
  let schema: Schema;
  let recipe: Recipe;
  let inbox: PostgresInbox<unknown>;

  // Once, because generating a Prisma client and starting a PGlite take seconds.
  beforeAll(async () => {
    schema = await createSchema();
    recipe = await open(schema);
    await migrateInbox(recipe.pool, { schema: schema.name });
    await recipe.pool.query(`CREATE TABLE "${schema.name}".effects (name text PRIMARY KEY)`);
    inbox = postgresInbox({ pool: recipe.pool, schema: schema.name, maxAttempts: 2 });
  }, 120_000);

  beforeEach(async () => {
    for (const table of ["pending", "handled", "objects", "effects"]) {
      await recipe.pool.query(`DELETE FROM "${schema.name}".${table}`);
    }
  });

  afterAll(async () => {
    await recipe.close();
    await schema.drop();
  });

  async function effects(): Promise<unknown[]> {
    return (await recipe.pool.query(`SELECT name FROM "${schema.name}".effects ORDER BY name`)).rows.map(
      ({ name }) => name,
    );
  }

  test("commits what the handler wrote with its mark, once", async () => {
    const result = await inbox.process(aDelivery("evt_1"), async ({ tx }) => {
      await recipe.write(tx, "one");
      return "done";
    });
    expect(result).toEqual({ status: "handled", attempt: 1, value: "done" });
    expect(await inbox.process(aDelivery("evt_1"), fail)).toEqual({ status: "duplicate" });
    expect(await effects()).toEqual(["one"]);
  });

  test("commits nothing of a handler that throws, whose own error it tells", async () => {
    const error = new Error("the handler's own");
    const work = async ({ tx }: { tx: unknown }) => {
      await recipe.write(tx, "one");
      throw error;
    };
    expect(await inbox.process(aDelivery("evt_1"), work)).toEqual({ status: "failed", attempt: 1, error });
    expect(await inbox.process(aDelivery("evt_1"), work)).toEqual({ status: "dead", attempt: 2, error });
    expect(await effects()).toEqual([]);
    const [dead] = await inbox.listDead();
    expect(dead).toMatchObject({ attempts: 2, lastError: expect.stringMatching(/the handler's own/) });
    expect(
      await inbox.requeue(aDelivery("evt_1").key, async ({ tx }) => recipe.write(tx, "one")),
    ).toMatchObject({
      status: "handled",
      attempt: 3,
    });
    expect(await effects()).toEqual(["one"]);
  });

  test("does not take for handled what Postgres rolled back because of an error that the handler hid", async () => {
    await inbox.process(aDelivery("evt_1"), async ({ tx }) => recipe.write(tx, "one"));
    const result = await inbox.process(aDelivery("evt_2"), async ({ tx }) => {
      await recipe.write(tx, "two");
      await recipe.write(tx, "one").catch(() => undefined);
    });
    expect(result.status).toBe("failed");
    expect(await effects()).toEqual(["one"]);
    expect((await inbox.process(aDelivery("evt_2"), async ({ tx }) => recipe.write(tx, "two"))).status).toBe(
      "handled",
    );
  });

  test("lets a handler write nothing once its time is over", async () => {
    let late: Promise<unknown> | undefined;
    await inbox.process(aDelivery("evt_1"), async ({ tx }) => {
      late = new Promise((resolve) => setTimeout(resolve, 100)).then(() => recipe.write(tx, "late"));
      late.catch(() => undefined);
    });
    await expect(late).rejects.toThrow();
    expect(await effects()).toEqual([]);
  });

  test("stores a delivery, and takes it up with the body as it came", async () => {
    const delivery = aDelivery("evt_1", { account: "acct_1" });
    expect(await inbox.store(delivery)).toEqual({ status: "stored" });
    expect(await inbox.store(delivery)).toEqual({ status: "stored" });
    await inbox.waitForDue({ signal: new AbortController().signal, pollMs: 60_000 });
    const taken = await inbox.processNext(async ({ body, newestHandledAtMs }) => ({
      body,
      newestHandledAtMs,
    }));
    expect(taken).toEqual({
      delivery,
      result: { status: "handled", attempt: 1, value: { body: delivery.body, newestHandledAtMs: undefined } },
    });
    expect(await inbox.store(delivery)).toEqual({ status: "duplicate" });
    expect(await inbox.readStats()).toEqual({ held: 0, waiting: 0, dead: 0 });
  });
});

async function fail(): Promise<never> {
  throw new Error("the work was called");
}
