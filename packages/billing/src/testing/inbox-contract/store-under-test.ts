import assert from "node:assert/strict";
import type { DurableInbox, WebhookInbox } from "../../webhooks/inbox/inbox.js";
import type { OpenInbox, StoreFaults, TransactionProbe } from "./open-inbox.js";

/** An open store, with a clear failure in place of each part that it lacks. */
export interface StoreUnderTest {
  readonly inbox: WebhookInbox<unknown>;
  readonly peer: WebhookInbox<unknown>;
  readonly expireClaims: () => void | Promise<void>;
  readonly passTime: (ms: number) => void | Promise<void>;
  readonly reopen: () => Promise<DurableInbox<unknown>>;
  /** `inbox` and `peer` as durable inboxes. */
  readonly durable: () => { readonly inbox: DurableInbox<unknown>; readonly peer: DurableInbox<unknown> };
  readonly faults: () => StoreFaults;
  readonly effects: () => TransactionProbe;
}

/** Proves each promise by its name. */
export type Promises = Readonly<Record<string, (store: StoreUnderTest) => Promise<void>>>;

export function toStoreUnderTest(open: OpenInbox): StoreUnderTest {
  const { inbox, peer = inbox, expireClaims, passTime, reopen } = open;
  return {
    inbox,
    peer,
    expireClaims: expireClaims ?? (() => failToOpen("a leased store", "expireClaims")),
    passTime: passTime ?? (() => failToOpen("a durable store", "passTime")),
    reopen: async () => toDurable(await (reopen ?? (() => failToOpen("a durable store", "reopen")))()),
    durable: () => ({ inbox: toDurable(inbox), peer: toDurable(peer) }),
    faults: () => open.faults ?? failToOpen("a store with the option faults", "faults"),
    effects: () => open.effects ?? failToOpen("a transactional store", "effects"),
  };
}

function toDurable(inbox: WebhookInbox<unknown>): DurableInbox<unknown> {
  return isDurable(inbox)
    ? inbox
    : failToOpen("a durable store", "inboxes with store, processNext, find, waitForDue and release");
}

function isDurable(inbox: WebhookInbox<unknown>): inbox is DurableInbox<unknown> {
  return ["store", "processNext", "find", "waitForDue", "release"].every(
    (method) => typeof Reflect.get(inbox, method) === "function",
  );
}

function failToOpen(store: string, part: string): never {
  assert.fail(`open() of ${store} must return ${part}`);
}
