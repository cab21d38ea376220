/** The inbox of a process, and how its handler writes its effect. */
import { postgresInbox } from "@repo/billing/postgres";
import { redisInbox } from "@repo/billing/webhooks";
import { Redis } from "ioredis";
import { Pool } from "pg";
import { dieAtCommands, dieAtStatements } from "./failpoints.mjs";
import { flawedInbox } from "./flawed-inbox.mjs";

const toLeased = ({ leaseSeconds, maxAttempts = 1_000_000 }) => ({
  leaseSeconds,
  maxAttempts,
  objectWaitSeconds: 0.5,
});

export const STORES = {
  postgres(settings) {
    const { url, name, leaseSeconds, failpoint, flaws } = settings;
    // Found in pg_stat_activity by this name.
    const pool = new Pool({ connectionString: url, max: 6, application_name: name });
    pool.on("error", () => undefined);
    const store = dieAtStatements(pool, failpoint);
    return {
      inbox: flaws
        ? flawedInbox(store, { schema: name, leaseSeconds, flaws })
        : postgresInbox({ pool: store, schema: name, ...toLeased(settings) }),
      write: (tx, id, attempt) =>
        tx.query(`INSERT INTO "${name}".effects (id, attempt) VALUES ($1, $2)`, [id, attempt]),
    };
  },

  redis(settings) {
    const { url, name, failpoint } = settings;
    // Found in CLIENT LIST by this name.
    const redis = new Redis(url, {
      connectionName: name,
      retryStrategy: () => 20,
      maxRetriesPerRequest: 100,
    });
    redis.on("error", () => undefined);
    const send = dieAtCommands(([command, ...args]) => redis.call(command, ...args), failpoint);
    const logger = { warn: () => undefined };
    return {
      inbox: redisInbox({ client: send, prefix: name, logger, ...toLeased(settings) }),
      // The journal says it.
      write: async () => undefined,
    };
  },
};
