import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { memoryInbox, type Outcome } from "../../src/webhooks.js";
import { receiver } from "./delivering.js";
import { eventBody, headerFor, NOW_SECONDS, OTHER_SECRET, signBytes, thinBody } from "./signed-delivery.js";

/** A few seconds' worth; `pnpm fuzz` makes it a million. */
const DELIVERIES = Number(process.env["FUZZ_DELIVERIES"] ?? 20_000);
const MAX_HELD_BYTES = 64 * 2 ** 20;

type Delivery = readonly [body: Buffer, header: string | undefined];

const BODIES = [eventBody(), thinBody(), eventBody({ data: { object: { pad: "ż".repeat(2_000) } } })];

/** Numbers that are the same for the same seed, so that a failure can be made again. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Ways to make a delivery that Stripe did not sign of one that it did. */
function forge(random: (below: number) => number): Delivery {
  const text = BODIES[random(BODIES.length)] ?? "";
  const body = Buffer.from(text);
  const header = headerFor(text, { timestamp: NOW_SECONDS });
  const digest = header.slice(header.indexOf("v1=") + 3);
  const at = random(body.length);
  const junk = () => Buffer.from(Array.from({ length: random(200) }, () => random(256)));
  const forgeries: (() => Delivery)[] = [
    // One bit of the body.
    () => {
      body[at] = (body[at] ?? 0) ^ (1 << random(8));
      return [body, header];
    },
    // Bytes left out, doubled or put in.
    () => [Buffer.concat([body.subarray(0, at), body.subarray(at + 1 + random(20))]), header],
    () => [Buffer.concat([body.subarray(0, at + 1), body.subarray(at)]), header],
    () => [Buffer.concat([body, Buffer.from(" ")]), header],
    // One digit of the signature, or another length of it.
    () => {
      const digit = random(64);
      const other = ((Number.parseInt(digest[digit] ?? "0", 16) + 1 + random(15)) % 16).toString(16);
      return [body, header.replace(digest, digest.slice(0, digit) + other + digest.slice(digit + 1))];
    },
    () => [body, header.replace(digest, digest.slice(0, random(64)))],
    () => [body, header.replace(digest, digest.toUpperCase().replace(/[A-F]/, "G"))],
    // Another time than was signed, or one that was signed too long ago.
    () => [body, header.replace(`${NOW_SECONDS}`, `${NOW_SECONDS + 1 + random(299)}`)],
    () => [body, headerFor(text, { timestamp: NOW_SECONDS - 301 - random(100_000) })],
    // Another secret, another scheme, no scheme.
    () => [body, headerFor(text, { secret: OTHER_SECRET })],
    () => [body, header.replace("v1=", "v0=")],
    () => [body, `t=${NOW_SECONDS},v1=${signBytes(text, { secret: "" })}`],
    () => [body, undefined],
    () => [body, junk().toString("latin1")],
    () => [junk(), header],
    () => [junk(), junk().toString("latin1")],
  ];
  const delivery = forgeries[random(forgeries.length)]?.();
  if (delivery === undefined) throw new Error("there is no such forgery");
  return delivery;
}

function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

test(`of ${DELIVERIES} forged deliveries of both families, none is accepted, throws, or is held`, {
  timeout: 60_000 + 3 * DELIVERIES,
}, async () => {
  const handled: unknown[] = [];
  const on = {
    "customer.subscription.updated": () => void handled.push("snapshot"),
    "v1.customer.subscription.updated": () => void handled.push("thin"),
  };
  const { receive } = receiver(on, { inbox: memoryInbox(), logger: { warn: () => undefined } });
  const random = seeded(20_261_128);
  const odd: Outcome[] = [];
  const before = heldBytes();
  for (let count = 0; count < DELIVERIES; count += 1) {
    const outcome = await receive(...forge(random));
    if (outcome.status !== "rejected") odd.push(outcome);
  }
  expect(odd).toEqual([]);
  expect(handled).toEqual([]);
  expect(heldBytes() - before).toBeLessThan(MAX_HELD_BYTES);
});

test("signed deliveries whose content is mutated end in an outcome, never in a failure", async () => {
  const { receive } = receiver(
    { "customer.subscription.updated": () => undefined, "v1.customer.subscription.updated": () => undefined },
    { logger: { warn: () => undefined } },
  );
  const random = seeded(7);
  const values = [
    null,
    true,
    -1,
    Number.MAX_VALUE,
    "",
    "evt_1",
    [],
    {},
    [[]],
    { id: {} },
    "\ud800",
    "__proto__",
  ];
  for (let count = 0; count < 3_000; count += 1) {
    const fields = JSON.parse(BODIES[random(BODIES.length)] ?? "");
    const keys = Object.keys(fields);
    for (let changes = 0; changes <= random(3); changes += 1) {
      fields[keys[random(keys.length)] ?? ""] = values[random(values.length)];
    }
    const body = JSON.stringify(fields);
    const outcome = await receive(body, headerFor(body));
    expect(["rejected", "ignored", "handled", "duplicate", "unresolved"], body).toContain(outcome.status);
  }
});
