/* oxlint-disable unicorn/no-thenable -- a listener may answer anything. */
import { describe, expect, it, vi } from "vitest";
import { notify } from "../src/notify.js";

const HURTFUL: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error("The table is down.");
  },
  "throws a text": () => {
    throw "down";
  },
  rejects: () => Promise.reject(new Error("The table is down.")),
  "rejects with nothing": () => Promise.reject(),
  "returns a thenable that throws": () =>
    // biome-ignore lint/suspicious/noThenProperty: a listener may answer anything.
    Object.defineProperty({}, "then", {
      value: () => {
        throw new Error("The table is down.");
      },
    }),
};

describe("a listener", () => {
  it("hears of each event", () => {
    const heard: number[] = [];
    for (const event of [1, 2]) notify((one: number) => heard.push(one), event, "onAudit");
    expect(heard).toEqual([1, 2]);
  });

  it.each(Object.entries(HURTFUL))("that %s hurts nobody, and is one warning", async (_, hurt) => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const warn = vi.fn();
    const listener = () => hurt();
    for (const event of ["first", "second"]) notify(listener, event, "onAudit", warn);
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off("unhandledRejection", unhandled);

    expect(unhandled).not.toHaveBeenCalled();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/^onAudit failed \(.+\)\. Calls go on without it/),
    );
  });

  it("that never settles is not waited for", () => {
    const warn = vi.fn();
    notify(() => new Promise(() => undefined), "event", "onAudit", warn);
    expect(warn).not.toHaveBeenCalled();
  });

  it("may be left out", () => {
    expect(() => notify(undefined, "event", "onAudit")).not.toThrow();
  });
});
