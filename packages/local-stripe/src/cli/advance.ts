import { readFlags, readUrl } from "./read-flags.js";
import { UsageError } from "./usage-error.js";

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Moves the clock of a running server forward and prints its new time. */
export async function advance([duration = "", ...args]: readonly string[]): Promise<void> {
  const milliseconds = readDuration(duration);
  const flags = readFlags(args, { key: { type: "string" }, url: { type: "string" } });
  const { key, url = "http://127.0.0.1:4243" } = flags;
  if (typeof key !== "string")
    throw new UsageError("advance needs --key, which the server printed when it started");
  const server = readUrl("url", String(url));
  const response = await fetch(new URL("/local/advance", server), {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: new URLSearchParams({ milliseconds: String(milliseconds) }),
  }).catch(() => {
    throw new UsageError(`nothing answers at ${server}`);
  });
  // The server answers with the new time, or with an error in Stripe's form.
  const { now, error } = (await response.json()) as { now?: string; error?: { message: string } };
  if (now === undefined)
    throw new UsageError(error?.message.replace(/\.$/, "") ?? `${server} is not local-stripe`);
  process.stdout.write(`It is now ${now}\n`);
}

function readDuration(written: string): number {
  const [, count, unit = ""] = /^(\d{1,6})(ms|s|m|h|d|w)$/.exec(written) ?? [];
  if (count === undefined)
    throw new UsageError(`advance takes a duration such as 90s, 12h or 31d, not "${written}"`);
  return Number(count) * (UNITS_MS[unit] ?? 0);
}
