import { describe, expect, it } from "vitest";
import { Turns } from "../src/single-flight.js";

const itself = (others: Promise<void>) => others;

/** Work that ends when it is told to. */
function held(log: string[], name: string) {
  let resolve: (result: string) => void = () => undefined;
  let reject: (reason: Error) => void = () => undefined;
  const promise = new Promise<string>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  const work = () => {
    log.push(`${name} begins`);
    return promise.finally(() => log.push(`${name} ends`));
  };
  return { work, end: () => resolve(name), fail: () => reject(new Error(name)) };
}

describe("turns", () => {
  it("are taken one after another at one key, and each gets its own result", async () => {
    const log: string[] = [];
    const turns = new Turns();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const results = [turns.after("key", itself, first.work), turns.after("key", itself, second.work)];
    await Promise.resolve();
    expect(log).toEqual(["first begins"]);
    first.end();
    second.end();

    expect(await Promise.all(results)).toEqual(["first", "second"]);
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("are taken at once at different keys", async () => {
    const log: string[] = [];
    const turns = new Turns();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const results = [turns.after("a", itself, first.work), turns.after("b", itself, second.work)];
    expect(log).toEqual(["first begins", "second begins"]);
    first.end();
    second.end();
    await Promise.all(results);
  });

  it("go on after one that failed, whose error is its own caller's alone", async () => {
    const log: string[] = [];
    const turns = new Turns();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const failed = turns.after("key", itself, first.work);
    const next = turns.after("key", itself, second.work);
    first.fail();
    second.end();

    await expect(failed).rejects.toThrow("first");
    await expect(next).resolves.toBe("second");
  });

  it("begin anew when nobody is ahead any more", async () => {
    const turns = new Turns();
    let waited = 0;
    const wait = (others: Promise<void>) => {
      waited++;
      return others;
    };
    await turns.after("key", wait, async () => "first");
    await turns.after("key", wait, () => Promise.reject(new Error("second"))).catch(() => undefined);
    await turns.after("key", wait, async () => "third");

    expect(waited).toBe(0);
  });

  it("are not waited for longer than the caller can, and then its work is not done", async () => {
    const log: string[] = [];
    const turns = new Turns();
    const first = held(log, "first");
    const running = turns.after("key", itself, first.work);
    const late = turns.after("key", () => Promise.reject(new Error("late")), held(log, "second").work);

    await expect(late).rejects.toThrow("late");
    first.end();
    await running;
    expect(log).toEqual(["first begins", "first ends"]);
  });
});
