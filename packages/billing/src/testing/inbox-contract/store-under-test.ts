import assert from "node:assert/strict";
import { ConfigurationError } from "../../errors.js";
import { suggestOption } from "../../suggest-option.js";
import { assertMethod } from "../../webhooks/assert-method.js";
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

/** @throws ConfigurationError for a misspelled part: without its `peer`, a store would be tried in one process alone. */
export function toStoreUnderTest(open: OpenInbox): StoreUnderTest {
  assertMethod("inbox of what open() returns", open.inbox, "process");
  assertNoMisspelledPart(open);
  const { inbox, peer = inbox, expireClaims, passTime, reopen } = open;
  assertMethods("peer", peer, ["process"]);
  assertMethods("faults", open.faults, ["failNextWrite", "loseNextAnswer"]);
  assertMethods("effects", open.effects, ["write", "count"]);
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

const PARTS = [
  "inbox",
  "peer",
  "expireClaims",
  "reopen",
  "passTime",
  "faults",
  "effects",
  "close",
] as const satisfies readonly (keyof OpenInbox)[];

/** What a store's tests need may stand beside the parts, so only what is almost the name of a part is refused. */
function assertNoMisspelledPart(open: OpenInbox): void {
  for (const name of Object.keys(open)) {
    const missing = PARTS.filter((part) => open[part] === undefined);
    const meant = PARTS.some((part) => part === name) ? undefined : suggestOption(name, missing);
    if (meant === undefined) continue;
    throw new ConfigurationError(`What open() returns has no part "${name}" (did you mean "${meant}"?).`);
  }
}

function assertMethods(part: string, given: object | undefined, methods: readonly string[]): void {
  if (given === undefined) return;
  for (const method of methods) assertMethod(`${part} of what open() returns`, given, method);
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
