/**
 * The contract suite must see what it is there to see, so it is run against inboxes with one known defect each, and
 * must fail on exactly the promise that the defect breaks.
 */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { inboxContract } from "../../../src/testing/inbox-contract/contract.js";
import { OBJECT_LEASES } from "../../../src/testing/inbox-contract/leases.js";
import type { OpenInbox } from "../../../src/testing/inbox-contract/open-inbox.js";
import { ORDER } from "../../../src/testing/inbox-contract/order.js";
import { describeError } from "../../../src/webhooks/error-text.js";
import {
  type Claim,
  type Delivery,
  deliveryId,
  type InboxResult,
  type WebhookInbox,
  type Work,
} from "../../../src/webhooks/inbox/inbox.js";

interface Row {
  lastError?: string;
  state: "free" | "held" | "handled" | "dead";
  attempts: number;
  owner: number;
  delivery: Delivery;
}

interface Defects {
  /** Mark first, work later. */
  readonly settlesFirst?: boolean;
  /** Look, wait, then claim. */
  readonly checksThenClaims?: boolean;
  /** Settle without asking whether the claim is still one's own. */
  readonly settlesAfterLoss?: boolean;
  /** Count an attempt when it failed, not when it began. */
  readonly countsFailuresOnly?: boolean;
  /** Tell deliveries apart by event id alone. */
  readonly ignoresAccount?: boolean;
  /** Give a dead delivery free before the requeued work is done. */
  readonly revivesFirst?: boolean;
  /** Keep the claim of work that threw. */
  readonly keepsFailedClaim?: boolean;
  /** Never give up. */
  readonly neverDies?: boolean;
}

/** A store with leases, shared by two inboxes, right but for its defects. */
function openLeased(
  maxAttempts: number,
  defects: Defects,
): Required<Pick<OpenInbox, "inbox" | "peer" | "expireClaims">> {
  const rows = new Map<string, Row>();
  const idOf = (key: Delivery["key"]) => (defects.ignoresAccount ? key.eventId : deliveryId(key));

  async function run<T>(
    row: Row,
    claim: Omit<Claim<unknown>, "attempt">,
    work: Work<unknown, T>,
  ): Promise<InboxResult<T>> {
    const requeued = row.state === "dead";
    if (!defects.countsFailuresOnly) row.attempts += 1;
    const attempt = defects.countsFailuresOnly ? row.attempts + 1 : row.attempts;
    const owner = row.owner + 1;
    row.owner = owner;
    row.state = defects.settlesFirst ? "handled" : "held";
    if (requeued && defects.revivesFirst) row.attempts = 0;
    const lost = () => !defects.settlesAfterLoss && (row.owner !== owner || row.state === "dead");
    try {
      const value = await work({ ...claim, attempt });
      if (lost()) return { status: "busy" };
      row.state = "handled";
      return { status: "handled", attempt, value };
    } catch (error) {
      if (lost()) return { status: "busy" };
      if (defects.settlesFirst) return { status: "failed", attempt, error };
      if (defects.countsFailuresOnly) row.attempts += 1;
      row.lastError = describeError(error);
      const dies = !defects.neverDies && row.attempts >= maxAttempts;
      row.state = dies ? "dead" : defects.keepsFailedClaim ? "held" : "free";
      return dies ? { status: "dead", attempt, error } : { status: "failed", attempt, error };
    }
  }

  const inbox: WebhookInbox<unknown> = {
    async process(delivery, work, { signal } = {}) {
      signal?.throwIfAborted();
      const id = idOf(delivery.key);
      const seen = rows.get(id);
      if (defects.checksThenClaims) await delay(0);
      const row = seen ?? { state: "free", attempts: 0, owner: 0, delivery };
      rows.set(id, row);
      if (row.state === "handled") return { status: "duplicate" };
      if (row.state === "held") return { status: "busy" };
      // An attempt whose holder was stopped leaves the row free with its attempts used up.
      if (row.attempts >= maxAttempts && !defects.neverDies) row.state = "dead";
      if (row.state === "dead") return { status: "dead", attempt: row.attempts };
      return run(row, { ...row.delivery, tx: undefined }, work);
    },
    async requeue(key, work) {
      const row = rows.get(idOf(key));
      if (row?.state !== "dead") return undefined;
      return run(row, { ...row.delivery, tx: undefined }, work);
    },
    async listDead({ limit = 100 } = {}) {
      const dead = [...rows.values()].filter(({ state }) => state === "dead").slice(0, limit);
      return dead.map(({ delivery: { key, eventType }, attempts, lastError }) => ({
        key,
        eventType,
        attempts,
        diedAt: new Date(0),
        lastError,
      }));
    },
    async readStats() {
      const open = [...rows.values()].filter(({ state }) => state === "held" || state === "free");
      const held = open.filter(({ state }) => state === "held").length;
      const dead = [...rows.values()].filter(({ state }) => state === "dead").length;
      const counts = { held, waiting: open.length - held, dead };
      if (open.length === 0) return counts;
      return { ...counts, oldestAt: new Date(Math.min(...open.map(({ delivery }) => delivery.createdAtMs))) };
    },
  };
  const expireClaims = () => {
    for (const row of rows.values()) if (row.state === "held") row.state = "free";
  };
  return { inbox, peer: { ...inbox }, expireClaims };
}

/** The names of the promises that an inbox with these defects breaks. */
async function brokenPromises(defects: Defects): Promise<string[]> {
  const contract = inboxContract({
    leased: true,
    open: ({ maxAttempts }) => openLeased(maxAttempts, defects),
  });
  const broken: string[] = [];
  // This store keeps no order.
  const ordered = new Set(Object.keys({ ...ORDER, ...OBJECT_LEASES }));
  for (const { name, run } of contract) {
    if (ordered.has(name)) continue;
    // A case that waits for work which is never called breaks its promise as well.
    const outcome = await Promise.race([
      run().then(
        () => "kept",
        () => "broken",
      ),
      delay(300, "broken"),
    ]);
    if (outcome === "broken") broken.push(name);
  }
  return broken;
}

describe("the contract of inboxes", () => {
  test("is kept by a store with leases that has no defect", async () => {
    expect(await brokenPromises({})).toEqual([]);
  });

  test.each<[keyof Defects, RegExp]>([
    ["settlesFirst", /frees the claim of work that threw/],
    ["checksThenClaims", /one of many deliveries at the same moment/],
    ["settlesAfterLoss", /refuses what its holder settles late/],
    ["countsFailuresOnly", /counts an attempt whose holder was stopped/],
    ["ignoresAccount", /apart by event, account and mode/],
    ["revivesFirst", /keeps a requeued delivery dead/],
    ["keepsFailedClaim", /frees the claim of work that threw/],
    ["neverDies", /is dead after its attempts/],
  ])("catches an inbox that %s", async (defect, promise) => {
    expect(await brokenPromises({ [defect]: true })).toContainEqual(expect.stringMatching(promise));
  });

  test("asks a leased store for a way to let its leases run out", async () => {
    const open = ({ maxAttempts }: { maxAttempts: number }) => ({ inbox: openLeased(maxAttempts, {}).inbox });
    const leaseCases = inboxContract({ leased: true, open }).filter(({ name }) => /lease|stopped/.test(name));
    expect(leaseCases).toHaveLength(3);
    for (const { run } of leaseCases) await expect(run()).rejects.toThrow(/expireClaims/);
  });

  test("refuses a misspelled flag, which would leave promises out", () => {
    const open = ({ maxAttempts }: { maxAttempts: number }) => openLeased(maxAttempts, {});
    expect(() => inboxContract({ open, lease: true } as never)).toThrow(
      'inboxContract has no option "lease"',
    );
  });
});
