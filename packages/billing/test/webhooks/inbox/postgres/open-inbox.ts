import { createSchema, type Schema } from "@repo/test-kit/postgres-schema";
import { Pool, type PoolClient } from "pg";
import type { OpenInbox, StoreFaults } from "../../../../src/testing/index.js";
import { migrateInbox } from "../../../../src/webhooks/inbox/postgres/migrate.js";
import type { OneMessage } from "../../../../src/webhooks/inbox/postgres/one-message.js";
import { type PostgresInbox, postgresInbox } from "../../../../src/webhooks/inbox/postgres/postgres-inbox.js";

export interface OpenPostgresInbox extends OpenInbox {
  readonly inbox: PostgresInbox<PoolClient>;
  readonly peer: PostgresInbox<PoolClient>;
  readonly schema: Schema;
}

interface OpenOptions {
  readonly maxAttempts?: number;
  /** Where the inbox connects to instead, such as a pooler. */
  readonly url?: string;
}

/** Opens an inbox in a schema of its own, with a second pool as another process has. */
export async function openPostgresInbox(
  options: OpenOptions = {},
): Promise<OpenPostgresInbox & Required<OpenInbox>> {
  const { url, ...given } = options;
  const schema = await createSchema();
  const { name, pool } = schema;
  await migrateInbox(pool, { schema: name });
  await pool.query(`CREATE TABLE "${name}".effects (name text NOT NULL)`);
  const pools: Pool[] = [];
  const connect = () => {
    const own = url === undefined ? schema.connect() : new Pool({ connectionString: url, max: 4 });
    if (url !== undefined) pools.push(own);
    return own.on("error", () => undefined);
  };
  pool.on("error", () => undefined);
  const { faulty, faults } = breakable(connect());
  const open = (from: Pick<Pool, "connect">) => postgresInbox({ pool: from, schema: name, ...given });
  return {
    schema,
    inbox: open(faulty),
    peer: open(url === undefined ? pool : connect()),
    faults,
    reopen: () => open(connect()),
    expireClaims: async () => {
      await endWorkingSessions(pool, name);
      await pool.query(
        `UPDATE "${name}".pending SET due_at = clock_timestamp() - interval '1 s' WHERE token IS NOT NULL`,
      );
    },
    passTime: async (ms) => {
      await pool.query(`UPDATE "${name}".pending SET due_at = due_at - $1 * interval '1 ms'`, [ms]);
      await pool.query(`UPDATE "${name}".handled SET handled_at = handled_at - $1 * interval '1 ms'`, [ms]);
    },
    effects: {
      write: async (tx, effect) => {
        await (tx as PoolClient).query(`INSERT INTO "${name}".effects VALUES ($1)`, [effect]);
      },
      count: async (effect) => {
        const { rows } = await pool.query(
          `SELECT count(*)::int AS count FROM "${name}".effects WHERE name = $1`,
          [effect],
        );
        return Number(rows[0]?.count);
      },
    },
    close: async () => {
      await Promise.all(pools.map((own) => own.end()));
      await schema.drop();
    },
  };
}

/** Ends every session of the schema, as a restart of the server does. */
export async function endSessions({ pool, name }: Schema): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
      WHERE position($1 IN query) > 0 AND pid <> pg_backend_pid()`,
    [name],
  );
}

/** Does what the server does to sessions that are silent for the lease. */
export async function endWorkingSessions(pool: Pool, schema: string): Promise<void> {
  await pool.query(
    `SELECT pg_terminate_backend(pid, 5000) FROM (SELECT DISTINCT pid FROM pg_locks
      WHERE relation = '"${schema}".pending'::regclass AND pid <> pg_backend_pid()) AS working`,
  );
}

function sendOn(client: PoolClient, message: OneMessage) {
  void client.query(message);
  return message.rows;
}

/** A pool whose link to the server can be broken for one statement. */
function breakable(pool: Pool): { readonly faulty: Pick<Pool, "connect">; readonly faults: StoreFaults } {
  let fault: "none" | "fail" | "lose" = "none";
  const connect = async () => {
    const client = await pool.connect();
    let isInTransaction = false;
    const query = async (given: string | OneMessage, values?: unknown[]) => {
      const text = typeof given === "string" ? given : given.text;
      const isEnd = /(?:COMMIT|ROLLBACK)$/.test(text);
      const isWrite = /\b(?:INSERT|UPDATE|DELETE|COMMIT|claim_new|claim_next|settle|fail|store)\b/.test(text);
      if (fault === "fail" && isWrite) {
        fault = "none";
        throw new Error("the statement did not reach the server");
      }
      const loses = fault === "lose" && isWrite && (!isInTransaction || text.endsWith("COMMIT"));
      if (loses) fault = "none";
      isInTransaction = text.startsWith("BEGIN") || (isInTransaction && !isEnd);
      const answer = await (typeof given === "string" ? client.query(given, values) : sendOn(client, given));
      if (loses) throw new Error("the answer was lost");
      return answer;
    };
    return new Proxy(client, {
      get: (target, name) => {
        if (name === "query") return query;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  };
  return {
    // The inbox calls no other form of it.
    faulty: { connect: connect as Pool["connect"] },
    faults: {
      failNextWrite: () => {
        fault = "fail";
      },
      loseNextAnswer: () => {
        fault = "lose";
      },
    },
  };
}
