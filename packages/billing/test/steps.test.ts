import { describe, expect, it } from "vitest";
import { AbortedError, IndeterminateError, InvalidArgumentError, RateLimitedError } from "../src/index.js";
import { Steps } from "../src/steps.js";

const refusal = new InvalidArgumentError("Stripe refused it.");
const done = async () => "done";
const fail = () => Promise.reject(refusal);

describe("the writes of one method", () => {
  it("fail with the error itself before anything was done", async () => {
    await expect(new Steps("key").take("the change", fail)).rejects.toBe(refusal);
  });

  it("say after the first of them what was done and what was not, with the key to go on", async () => {
    const steps = new Steps("key");
    expect(await steps.take("the schedule", done)).toBe("done");
    await expect(steps.take("the change", fail)).rejects.toMatchObject({
      code: "indeterminate",
      idempotencyKey: "key",
      completed: ["the schedule"],
      failed: "the change",
      cause: refusal,
    });
  });

  it.each([
    [
      "was refused for good",
      refusal,
      false,
      /^Done: the page\. Not done: the change\..* new idempotency key/,
    ],
    [
      "can be refused no more later",
      new RateLimitedError("Slow down."),
      true,
      /Not done.* same idempotency key/,
    ],
    ["was aborted", new AbortedError("Aborted."), true, /Not done.* same idempotency key/],
    [
      "has an unknown outcome",
      new IndeterminateError("Who knows."),
      true,
      /The outcome is unknown of the change/,
    ],
    [
      "was made, on what is another tenant's since",
      new IndeterminateError("Gone.", { retryable: false, completed: ["the change"] }),
      false,
      /The outcome is unknown of the change/,
    ],
    [
      "was turned away for good after a change",
      new IndeterminateError("Refused.", { retryable: false }),
      false,
      /Not done: the change/,
    ],
  ])("are worth a retry or not by the write that %s", async (_, error, retryable, message) => {
    const steps = new Steps("key");
    await steps.take("the page", done);
    await expect(steps.take("the change", () => Promise.reject(error))).rejects.toMatchObject({
      retryable,
      message: expect.stringMatching(message),
    });
  });

  it("fail as before anything was done once it was undone, and with a defect as it is", async () => {
    const steps = new Steps(undefined);
    await steps.take("the page", done);
    const defect = new TypeError("a defect");
    await expect(steps.take("the change", () => Promise.reject(defect))).rejects.toBe(defect);
    steps.undo();
    await expect(steps.take("the change", fail)).rejects.toBe(refusal);
  });

  it("are made side by side where they do not need each other", async () => {
    const steps = new Steps("key");
    let finishFirst = () => {};
    const first = () => new Promise<void>((resolve) => (finishFirst = resolve));
    await steps.takeSideBySide({ first, second: async () => finishFirst() });
    await expect(steps.take("third", fail)).rejects.toMatchObject({ completed: ["first", "second"] });
  });

  it("say of those side by side which were done, and what is known of those that failed", async () => {
    const unknown = new IndeterminateError("Who knows.");
    const failing = { first: fail, second: done, third: () => Promise.reject(unknown) };
    await expect(new Steps("key").takeSideBySide(failing)).rejects.toMatchObject({
      completed: ["second"],
      failed: "first, third",
      cause: unknown,
      retryable: true,
      message: expect.stringMatching(/^Done: second\. The outcome is unknown of first, third\./),
    });
    await expect(new Steps("key").takeSideBySide({ first: fail })).rejects.toBe(refusal);
  });
});
