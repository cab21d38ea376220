/**
 * A small inbox with leases that is right, until it is given a flaw: what the tests of faults must see. Its one table is
 * `pending`, as the real one's, so that the test reads both alike.
 */

/** What each flaw does wrong, and what that costs. */
export const FLAWS = {
  "marks before it works": "lost",
  "settles outside of the transaction": "doubled",
  "has no lease": "stuck",
  "has no fence": "doubled",
  "takes an unknown commit for none": "doubled",
  "acknowledges before it stores": "lost",
  "counts attempts when they fail": "recounted",
  "has leases by its own clock": "stuck",
};

export function flawedInbox(pool, { schema, leaseSeconds, flaws }) {
  const has = (flaw) => flaws.includes(flaw);
  const table = `"${schema}".flawed`;
  const now = () =>
    has("has leases by its own clock") ? `'${new Date().toISOString()}'::timestamptz` : "clock_timestamp()";
  const counted = has("counts attempts when they fail") ? 0 : 1;
  const free = () => `handled_at IS NULL AND (token IS NULL OR due_at <= ${now()})`;
  const claimed = () => {
    const end = has("has no lease") ? "'infinity'" : `${now()} + interval '${leaseSeconds} seconds'`;
    return `SET token = gen_random_uuid(), attempts = attempts + ${counted}, due_at = ${end}`;
  };

  async function query(text, values) {
    const client = await connect();
    try {
      return (await client.query(text, values)).rows;
    } finally {
      client.release();
    }
  }

  async function connect() {
    const client = await pool.connect();
    if (client.listenerCount("error") === 0) client.on("error", () => undefined);
    return client;
  }

  async function store({ key, body }) {
    const insert = () =>
      query(`INSERT INTO ${table} (id, body) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [key.eventId, body]);
    if (has("acknowledges before it stores")) setTimeout(() => insert().catch(() => undefined), 50);
    else await insert();
    return { status: "stored" };
  }

  async function work(delivery, { token, attempts }, run) {
    const id = delivery.key.eventId;
    const attempt = attempts + 1 - counted;
    const settle = `UPDATE ${table} SET handled_at = clock_timestamp() WHERE id = $1 AND ($2::uuid = token OR ${has("has no fence")}) RETURNING id`;
    const apart = has("settles outside of the transaction");
    if (has("marks before it works")) await query(settle, [id, token]);
    const client = await connect();
    try {
      await client.query("BEGIN");
      const value = await run({ ...delivery, attempt, tx: client });
      if (apart) await client.query("COMMIT");
      const { rows } = apart
        ? { rows: await query(settle, [id, token]) }
        : await client.query(settle, [id, token]);
      if (rows.length === 0) throw new Error("The claim was lost.");
      if (!apart) await client.query("COMMIT");
      client.release();
      return { status: "handled", attempt, value };
    } catch (error) {
      client.release(true);
      return { status: (await ended(id, token)) ? "busy" : "failed", attempt, error };
    }
  }

  /** Ends a claim that was not settled; true when it was settled, or lost. */
  async function ended(id, token) {
    const unless = has("takes an unknown commit for none") ? "" : "AND handled_at IS NULL";
    const rows = await query(
      `UPDATE ${table} SET token = NULL, handled_at = NULL, attempts = attempts + ${1 - counted}
       WHERE id = $1 AND token = $2 ${unless} RETURNING id`,
      [id, token],
    );
    return rows.length === 0;
  }

  return {
    store,
    async process(delivery, run) {
      await store(delivery);
      const id = delivery.key.eventId;
      const [claim] = await query(
        `UPDATE ${table} ${claimed()} WHERE id = $1 AND ${free()} RETURNING token, attempts`,
        [id],
      );
      if (claim !== undefined) return work(delivery, claim, run);
      const [row] = await query(`SELECT FROM ${table} WHERE id = $1 AND handled_at IS NOT NULL`, [id]);
      return { status: row === undefined ? "busy" : "duplicate" };
    },
    async processNext(run) {
      const [claim] = await query(
        `UPDATE ${table} ${claimed()} WHERE id = (SELECT id FROM ${table} WHERE ${free()} LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, body, token, attempts`,
      );
      if (claim === undefined) return undefined;
      const delivery = {
        key: { eventId: claim.id, livemode: false },
        eventType: JSON.parse(claim.body).type,
        createdAtMs: 0,
        body: claim.body,
      };
      return { delivery, result: await work(delivery, claim, run) };
    },
    waitForDue: () => new Promise((resolve) => setTimeout(resolve, 50)),
    find: async () => undefined,
    release: async () => false,
    requeue: async () => undefined,
    listDead: async () => [],
    readStats: async () => ({ held: 0, waiting: 0, dead: 0 }),
  };
}
