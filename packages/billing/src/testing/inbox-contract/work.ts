import assert from "node:assert/strict";
import type { Delivery, InboxResult, WebhookInbox } from "../../webhooks/inbox/inbox.js";

/** Work that reports its start and ends on demand. */
export class PausedWork {
  readonly started: Promise<void>;
  readonly run: () => Promise<void>;
  finish: () => void = () => undefined;
  fail: () => void = () => undefined;
  hasStarted = false;

  constructor() {
    const ended = new Promise<void>((resolve, reject) => {
      this.finish = resolve;
      this.fail = () => reject(new Error("failed late"));
    });
    let begin: () => void;
    this.started = new Promise((resolve) => {
      begin = resolve;
    });
    this.run = () => {
      this.hasStarted = true;
      begin();
      return ended;
    };
  }
}

/** Waits until the work has begun. Fails when the inbox says what became of it before that. */
export async function begins(work: PausedWork, processing: Promise<unknown>): Promise<void> {
  const ended = processing.then(
    (result) => `the work was not called, but the result was ${JSON.stringify(result)}`,
    (error: unknown) => `the work was not called, but the inbox failed: ${String(error)}`,
  );
  const problem = await Promise.race([work.started, ended]);
  if (problem !== undefined) assert.fail(problem);
}

export async function useUpAttempts(
  inbox: WebhookInbox<unknown>,
  delivery: Delivery,
): Promise<InboxResult<never>> {
  await inbox.process(delivery, failWith(new Error("first")));
  await inbox.process(delivery, failWith(new Error("second")));
  return inbox.process(delivery, failWith(new Error("third")));
}

export async function done(): Promise<void> {}

export async function mustNotRun(): Promise<never> {
  assert.fail("the work was called");
}

export function failWith(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

export function pause(ms = 1): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
