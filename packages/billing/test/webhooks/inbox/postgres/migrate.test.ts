import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import type { Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inboxMigrations, migrateInbox, postgresInbox } from "../../../../src/postgres.js";
import { aDelivery } from "../../../../src/testing/inbox-contract/deliveries.js";
import { writeStatements } from "../../../../src/webhooks/inbox/postgres/statements.js";
import { tableVersionCheck } from "../../../../src/webhooks/inbox/postgres/table-version.js";
import { ConfigurationError } from "../../../../src/webhooks.js";

const done = async () => undefined;

describePostgres("the migrations of the Postgres inbox", () => {
  let schema: Schema;

  beforeEach(async () => {
    schema = await createSchema();
  });

  afterEach(() => schema.drop());

  test("may be run by many processes at once, and again", async () => {
    const { name } = schema;
    const pools = Array.from({ length: 4 }, () => schema.connect({ max: 1 }));
    const migrated = await Promise.all(pools.map((pool) => migrateInbox(pool, { schema: name })));
    expect(migrated.filter(({ from }) => from === 0)).toHaveLength(1);
    expect(await migrateInbox(schema.pool, { schema: name })).toEqual({ from: 1, to: 1 });
    expect(
      (await postgresInbox({ pool: schema.pool, schema: name }).process(aDelivery("evt_1"), done)).status,
    ).toBe("handled");
  });

  test("leave nothing behind when they are killed at any statement, and do all the next time", async () => {
    const { name } = schema;
    const statements = inboxMigrations(name).flatMap((migration) => migration.statements).length;
    for (let at = 1; at <= statements; at += 1) {
      await expect(
        migrateInbox(killedAt(schema.connect({ max: 1 }), at), { schema: name }),
      ).rejects.toThrow();
      const { rows } = await schema.pool.query("SELECT to_regclass($1) AS found", [`"${name}".pending`]);
      expect(rows).toEqual([{ found: null }]);
    }
    expect(await migrateInbox(schema.pool, { schema: name })).toEqual({ from: 0, to: 1 });
  });

  test("are asked for in one sentence where tables are missing or older, and once they ran all is well", async () => {
    const { name, pool } = schema;
    const inbox = postgresInbox({ pool, schema: name });
    for (const call of [
      () => inbox.process(aDelivery("evt_1"), done),
      () => inbox.store(aDelivery("evt_1")),
      () => inbox.readStats(),
    ]) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error).toHaveProperty(
        "message",
        expect.stringMatching(/has no tables in the schema .* `billing inbox migrate`/),
      );
    }
    await migrateInbox(pool, { schema: name });
    await pool.query(`UPDATE "${name}".migrations SET version = 0`);
    await expect(inbox.readStats()).rejects.toThrow(/no tables|version 0/);
    await pool.query(`UPDATE "${name}".migrations SET version = 1`);
    expect((await inbox.process(aDelivery("evt_1"), done)).status).toBe("handled");
  });

  test.each(["version bigint NOT NULL DEFAULT 20240101", "name text NOT NULL DEFAULT 'first'"])(
    "refuse a schema in which another program keeps its migrations: %s",
    async (column) => {
      const { name, pool } = schema;
      await pool.query(`CREATE TABLE "${name}".migrations (${column})`);
      await pool.query(`INSERT INTO "${name}".migrations DEFAULT VALUES`);
      await expect(migrateInbox(pool, { schema: name })).rejects.toEqual(
        new ConfigurationError(
          `The table migrations in the schema "${name}" is not the inbox's. Give the inbox a schema of its own, such as billing_inbox.`,
        ),
      );
    },
  );

  test("refuse an option that there is not, and change nothing", async () => {
    const { name, pool } = schema;
    const options: object = { shema: name };
    await expect(migrateInbox(pool, options)).rejects.toEqual(
      new ConfigurationError(
        'migrateInbox has no option "shema" (did you mean "schema"?). Its options are schema.',
      ),
    );
  });

  test("refuse a name that would have to be quoted", () => {
    for (const name of ['a"b', "Billing", "", "1st", "a.b", "x".repeat(64)]) {
      expect(() => inboxMigrations(name)).toThrow(ConfigurationError);
    }
  });
});

test.each([
  ["UTF8", undefined],
  ["SQL_ASCII", undefined],
  ["LATIN1", /encoding LATIN1, which lacks characters/],
])(
  "a database with the encoding %s keeps any event, or is refused before the first",
  async (encoding, refusal) => {
    const { version } = writeStatements();
    const check = tableVersionCheck(
      async () => ({ rows: [{ version: 1, encoding }] }),
      "billing_inbox",
      version,
    );
    const error = await check().catch((thrown: unknown) => thrown);
    if (refusal === undefined) return expect(error).toBeUndefined();
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toHaveProperty("message", expect.stringMatching(refusal));
  },
);

/** A pool whose session is killed before one of the statements that change something. */
function killedAt(pool: Pool, statement: number): Pick<Pool, "connect"> {
  const connect = async () => {
    const client = (await pool.connect()).on("error", () => undefined);
    let changed = 0;
    const query = async (text: string, values?: unknown[]) => {
      if (/^(?:CREATE|ALTER|DO|INSERT)/.test(text)) changed += 1;
      // As a kill of the process does: the session ends in the middle of its transaction.
      if (changed === statement) await client.query("SELECT pg_terminate_backend(pg_backend_pid())");
      return client.query(text, values);
    };
    return new Proxy(client, {
      get: (target, name) => {
        if (name === "query") return query;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  // The inbox calls no other form of it.
  return { connect: connect as Pool["connect"] };
}
