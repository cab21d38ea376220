/**
 * What `pnpm faults` runs: many faults of each kind, and what they came to. FAULT_KILLS=500 and the like set the counts, a
 * count of 0 leaves a kind out. It goes round by round, with a part of each kind in each, and adds what a round came to to
 * FAULT_REPORT: a run that was stopped goes on there when it is called again, and what it has so far is a report too.
 */
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { type PostgresCluster, startCluster } from "@repo/test-kit/postgres-cluster";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Fault, type Report, runFaults } from "./fault-run.js";
import {
  crash,
  endSession,
  exhaust,
  failpoints,
  kill,
  loseAnswer,
  pause,
  scriptFailpoints,
  silence,
  slowLink,
  stepClocks,
  stepServerClock,
} from "./faults.js";
import { middle } from "./middle.js";
import { PostgresStore } from "./postgres-store.js";
import { RedisStore } from "./redis-store.js";
import { SEED } from "./seed.js";
import type { TestedStore } from "./tested-store.js";
import { CLEAN } from "./verdict.js";

type Kind = readonly [variable: string, count: number, fault: Fault];

const ROUNDS = Number(process.env["FAULT_ROUNDS"] ?? 20);
const WORKERS = Number(process.env["FAULT_WORKERS"] ?? 6);
/** Starting the next process is most of what a kill takes, so half of them start while the others work. */
const kills: Fault = { ...kill, lanes: Math.ceil(WORKERS / 2) };

const KINDS: Readonly<Record<TestedStore["kind"], readonly Kind[]>> = {
  postgres: [
    ["FAULT_KILLS", 10_000, kills],
    ["FAULT_STEPS", 2_400, failpoints],
    ["FAULT_PAUSES", 5_000, pause],
    ["FAULT_SESSIONS", 5_000, endSession],
    ["FAULT_CRASHES", 500, crash],
    ["FAULT_EXHAUSTIONS", 50, exhaust],
    ["FAULT_COMMITS", 2_000, loseAnswer],
    ["FAULT_SILENCES", 200, silence],
    ["FAULT_CLOCKS", 500, stepClocks],
    ["FAULT_SERVER_CLOCKS", 200, stepServerClock],
    ["FAULT_SLOW_LINKS", 200, slowLink],
  ],
  redis: [
    ["FAULT_REDIS_KILLS", 2_000, kills],
    ["FAULT_REDIS_STEPS", 1_000, scriptFailpoints],
    ["FAULT_REDIS_PAUSES", 1_000, pause],
    ["FAULT_REDIS_SESSIONS", 1_000, endSession],
    ["FAULT_REDIS_CRASHES", 200, crash],
    ["FAULT_REDIS_EXHAUSTIONS", 20, exhaust],
    ["FAULT_REDIS_ANSWERS", 500, loseAnswer],
    ["FAULT_REDIS_SILENCES", 50, silence],
    ["FAULT_REDIS_CLOCKS", 200, stepClocks],
    ["FAULT_REDIS_SLOW_LINKS", 50, slowLink],
  ],
};

/** Longer than a handler takes on a machine that has other work, or nothing would ever be handled. */
const LEASE_MS = Number(process.env["FAULT_LEASE_MS"] ?? 500);
/**
 * Few events whose handlers take long, and few connections: most of what a kill takes is the start of the next process, and
 * it has to meet a handler at work.
 */
const LOAD = { paceMs: 15, handlerMs: 150, concurrency: 2 };
/** Ends the injecting of each kind in a round, for a run that has to end. */
const MINUTES = Number(process.env["FAULT_MINUTES"] ?? Number.POSITIVE_INFINITY);
const REPORT = process.env["FAULT_REPORT"];

/** One line of the report. */
interface Line extends Omit<Report, "verdict" | "takeovers"> {
  readonly round: number;
  readonly store: TestedStore["kind"];
  readonly fault: string;
  /** How many events or processes broke each promise. */
  readonly broken: Readonly<Record<string, number>>;
  readonly takenOver: number;
  readonly lateMs: { readonly median: number; readonly most: number };
}

const before = readReport();
const lines: Line[] = [...before];
let cluster: PostgresCluster;

beforeAll(async () => {
  const started = await startCluster(["max_connections=80"]);
  if ("unavailable" in started) throw new Error(started.unavailable);
  cluster = started;
  tell(`Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model}, seed ${SEED}`);
});

afterAll(async () => {
  for (const [store, kinds] of Object.entries(KINDS)) {
    for (const [, , { name }] of kinds) tellTotal(store, name);
  }
  await cluster?.stop();
});

const rounds = Array.from({ length: ROUNDS }, (_, index) => index + 1).flatMap((round) =>
  (["postgres", "redis"] as const).flatMap((store) =>
    KINDS[store].map(([variable, usual, fault]) => {
      const total = Number(process.env[variable] ?? usual);
      // So that the parts add up to the whole.
      const count = Math.floor((total * round) / ROUNDS) - Math.floor((total * (round - 1)) / ROUNDS);
      return { round, store, fault, name: fault.name, count };
    }),
  ),
);
const isDone = ({ round, store, name }: (typeof rounds)[number]) =>
  before.some((line) => line.round === round && line.store === store && line.fault === name);

test.each(rounds.filter((part) => part.count > 0 && !isDone(part)))(
  "round $round, $store: $count of $name",
  async ({ round, store, fault, count }) => {
    const name = `faults_${randomBytes(6).toString("hex")}`;
    const { verdict, takeovers, ...report } = await runFaults({
      fault,
      store: store === "redis" ? await RedisStore.start(name) : new PostgresStore(cluster, name, false),
      count,
      seed: SEED + round,
      workers: WORKERS,
      leaseMs: LEASE_MS,
      ...LOAD,
      timeLimitMs: MINUTES * 60_000,
    });
    const line: Line = {
      round,
      store,
      fault: fault.name,
      ...report,
      broken: Object.fromEntries(Object.entries(verdict).map(([promise, all]) => [promise, all.length])),
      takenOver: takeovers.length,
      lateMs: {
        median: Math.round(middle(takeovers)),
        most: Math.round(takeovers.at(-1) ?? 0),
      },
    };
    lines.push(line);
    if (REPORT !== undefined) appendFileSync(REPORT, `${JSON.stringify(line)}\n`);
    tell(`round ${round}: ${describe(line)}`);
    // A crash of the database forgets the count of the attempts that it cut off.
    const recounted = store === "postgres" && fault === crash ? [] : verdict.recounted;
    expect({ ...verdict, recounted }, `FAULT_SEED=${SEED} repeats this run`).toEqual(CLEAN);
  },
);

function readReport(): readonly Line[] {
  if (REPORT === undefined || !existsSync(REPORT)) return [];
  const text = readFileSync(REPORT, "utf8").trim();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as Line); // as it was written above
}

function tellTotal(store: string, fault: string): void {
  const parts = lines.filter((line) => line.store === store && line.fault === fault);
  const [first] = parts;
  if (first === undefined) return;
  const sum = (read: (line: Line) => number | undefined) =>
    parts.reduce((total, line) => total + (read(line) ?? 0), 0);
  const promises = Object.keys(first.broken);
  const total: Line = {
    ...first,
    faults: sum(({ faults }) => faults),
    events: sum(({ events }) => events),
    cut: sum(({ cut }) => cut),
    seconds: sum(({ seconds }) => seconds),
    takenOver: sum(({ takenOver }) => takenOver),
    broken: Object.fromEntries(promises.map((promise) => [promise, sum(({ broken }) => broken[promise])])),
    lateMs: {
      median: middle(parts.map(({ lateMs }) => lateMs.median)),
      most: Math.max(...parts.map(({ lateMs }) => lateMs.most)),
    },
  };
  tell(`total of ${parts.length} rounds: ${describe(total)}`);
}

function describe({ store, fault, faults, events, cut, broken, takenOver, lateMs, seconds }: Line): string {
  const promises = Object.entries(broken).map(([promise, count]) => `${count} ${promise}`);
  return (
    `${store}, ${fault}: ${faults} faults, ${events} events, ${cut} attempts cut off, ${promises.join(", ")}; ` +
    `${takenOver} taken over, ${lateMs.median} ms (median) and ${lateMs.most} ms (most) after the lease; ` +
    `${Math.round(seconds)} s, ${(faults / seconds).toFixed(1)} faults a second`
  );
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`);
}
