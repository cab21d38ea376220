/** A design of a reconciler that loses webhooks in a crash, and the promise that the right one keeps and it breaks. */
import assert from "node:assert/strict";
import { expect, test } from "vitest";
import type { EventListQuery, WebhookReceiver } from "../../../src/webhooks.js";
import { receiver } from "../../webhooks/delivering.js";
import { type FakeStripe, fakeStripe, listedEvent } from "../../webhooks/reconcile/listed-events.js";
import { headerFor, NOW_SECONDS, twoTenants } from "../../webhooks/signed-delivery.js";

interface Run {
  readonly billing: FakeStripe;
  readonly webhooks: WebhookReceiver;
  /** What was saved before the process died. */
  readonly cursor: string | undefined;
  readonly save: (cursor: string | undefined) => void;
  /** Aborted when the process dies. */
  readonly signal: AbortSignal;
}

type Reconciler = (run: Run) => Promise<unknown>;

const sinceSeconds = NOW_SECONDS - 1000;

const right: Reconciler = ({ webhooks, cursor, save, signal }) =>
  webhooks.reconcile({
    since: new Date(sinceSeconds * 1000),
    cursor,
    signal,
    maxRequestsPerSecond: 1000,
    onProgress: (report) => save(report.cursor),
  });

const savesFirst: Reconciler = async ({ billing, webhooks, cursor: saved, save, signal }) => {
  let cursor = saved;
  do {
    const types = ["customer.subscription.updated"];
    const query: EventListQuery = {
      family: "snapshot",
      types,
      fromSeconds: sinceSeconds,
      toSeconds: NOW_SECONDS,
      cursor,
    };
    const { events = [], nextCursor } = (await billing.listEvents?.(query)) ?? {};
    cursor = nextCursor;
    save(cursor);
    for (const event of events) {
      signal.throwIfAborted();
      const body = JSON.stringify(event);
      await webhooks.receive(body, headerFor(body));
    }
  } while (cursor !== undefined);
};

/** Dies in the middle of the second page, starts again with what it has saved, and must have found all ten. */
async function proveRecovery(reconciler: Reconciler): Promise<void> {
  const events = Array.from({ length: 10 }, (_, index) =>
    listedEvent(`evt_${index}`, NOW_SECONDS - 90 * index),
  );
  const billing = { ...fakeStripe(events), ...twoTenants() };
  const handled = new Set<string>();
  const death = new AbortController();
  const webhooks = receiver(
    {
      "customer.subscription.updated": (event) => {
        if (handled.size === 4) death.abort();
        death.signal.throwIfAborted();
        handled.add(event.id);
      },
    },
    { billing, logger: { warn: () => undefined } },
  );
  let cursor: string | undefined;
  const save = (next: string | undefined) => {
    cursor = next;
  };
  await assert.rejects(reconciler({ billing, webhooks, cursor, save, signal: death.signal }));

  const restarted = receiver(
    { "customer.subscription.updated": (event) => void handled.add(event.id) },
    { billing },
  );
  const { signal } = new AbortController();
  await reconciler({ billing, webhooks: restarted, cursor, save, signal });
  assert.equal(handled.size, events.length);
}

test("a reconciler is caught that saves the cursor before its page is handled", async () => {
  await proveRecovery(right);
  await expect(proveRecovery(savesFirst)).rejects.toThrow(/\d !== 10/);
});
