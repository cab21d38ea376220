/**
 * A clock of a Postgres server that can step, for the sessions that ask for it: functions in a schema that is searched before
 * the server's own. They reach every time that the inbox reads, and not the timers of sessions, which do not step.
 */

/** As the URL of the server, for sessions that read the clock of the schema, and the server's while there is none. */
export function withClockOf(schema: string, serverUrl: string): string {
  const url = new URL(serverUrl);
  url.searchParams.set("options", `-c search_path=${schema},pg_catalog`);
  return url.href;
}

const CLOCKS = ["clock_timestamp", "statement_timestamp", "transaction_timestamp", "now"];

/** The SQL that sets the clock of a schema so far ahead of the server's, or behind it. */
export function setClock(schema: string, aheadMs: number): string {
  const functions = CLOCKS.map(
    (name) => `CREATE OR REPLACE FUNCTION "${schema}".${name}() RETURNS timestamptz LANGUAGE sql
      ${name === "clock_timestamp" ? "VOLATILE" : "STABLE"}
      AS $$ SELECT pg_catalog.${name}() + (SELECT ahead FROM "${schema}".clock) $$;`,
  );
  return `CREATE SCHEMA IF NOT EXISTS "${schema}";
    CREATE TABLE IF NOT EXISTS "${schema}".clock (ahead interval NOT NULL);
    ${functions.join("\n")}
    DELETE FROM "${schema}".clock;
    INSERT INTO "${schema}".clock VALUES (${aheadMs} * interval '1 millisecond');`;
}
