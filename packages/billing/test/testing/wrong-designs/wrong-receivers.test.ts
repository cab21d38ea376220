/** Designs of a receiver that lose or double webhooks, and the promises that the right one keeps and they break. */
import assert from "node:assert/strict";
import { describe, expect, test } from "vitest";
import {
  HTTP_STATUS,
  memoryInbox,
  type WebhookHandler,
  type WebhookReceiver,
} from "../../../src/webhooks.js";
import { receiver } from "../../webhooks/delivering.js";
import { type BoundBilling, eventBody, headerFor } from "../../webhooks/signed-delivery.js";

type Handler = WebhookHandler<"customer.subscription.updated", BoundBilling, undefined>;

/** Makes a receiver with one handler. */
type MakeReceiver = (handler: Handler) => Pick<WebhookReceiver, "receive">;

type Prove = (make: MakeReceiver) => Promise<void>;

const SAME_KEY: Prove = async (make) => {
  const keys: string[] = [];
  const { deliver } = delivering(make, async (_event, { idempotencyKey }) => {
    keys.push(idempotencyKey);
    throw new Error("try again");
  });
  for (let attempt = 1; attempt <= 3; attempt += 1) await deliver();
  assert.equal(keys.length, 3);
  assert.equal(new Set(keys).size, 1);
};

const NO_SUCCESS_AFTER_FAILURE: Prove = async (make) => {
  let fails = true;
  const { deliver } = delivering(make, async () => {
    if (fails) throw new Error("the database is gone");
  });
  assert.equal(await deliver(), 500);
  fails = false;
  assert.equal(await deliver(), 200);
};

const ANSWER_AFTER_OUTCOME: Prove = async (make) => {
  let isHandled = false;
  const { deliver } = delivering(make, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5));
    isHandled = true;
  });
  assert.equal(await deliver(), 200);
  assert.ok(isHandled);
};

const right: MakeReceiver = (handler) =>
  receiver(
    { "customer.subscription.updated": handler },
    { inbox: memoryInbox(), logger: { warn: () => undefined } },
  );

const WRONG: readonly [name: string, make: MakeReceiver, prove: Prove][] = [
  [
    "gives each try a key of its own",
    (handler) =>
      right(async (event, context) => handler(event, { ...context, idempotencyKey: crypto.randomUUID() })),
    SAME_KEY,
  ],
  [
    "swallows the error of a handler and answers 200",
    (handler) =>
      right(async (event, context) => Promise.resolve(handler(event, context)).catch(() => undefined)),
    NO_SUCCESS_AFTER_FAILURE,
  ],
  [
    "answers at once and handles the event in this process's memory",
    (handler) =>
      right(async (event, context) => {
        setTimeout(() => Promise.resolve(handler(event, context)).catch(() => undefined), 50);
      }),
    ANSWER_AFTER_OUTCOME,
  ],
];

describe("a receiver is caught that", () => {
  test.each(WRONG)("%s", async (_, make, prove) => {
    await prove(right);
    await expect(prove(make)).rejects.toThrow(assert.AssertionError);
  });
});

/** Delivers the same event, and resolves to the status of the answer. */
function delivering(make: MakeReceiver, handler: Handler) {
  const { receive } = make(handler);
  const body = eventBody();
  const deliver = async () => HTTP_STATUS[(await receive(body, headerFor(body))).status];
  return { deliver };
}
