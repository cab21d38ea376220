import { describe, expect, it } from "vitest";
import { SingleFlight } from "../src/single-flight.js";

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

describe("a single flight", () => {
  it("are taken one after another at one key, and each gets its own result", async () => {
    const log: string[] = [];
    const singleFlight = new SingleFlight();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const results = [
      singleFlight.run("key", itself, first.work),
      singleFlight.run("key", itself, second.work),
    ];
    await Promise.resolve();
    expect(log).toEqual(["first begins"]);
    first.end();
    second.end();

    expect(await Promise.all(results)).toEqual(["first", "second"]);
    expect(log).toEqual(["first begins", "first ends", "second begins", "second ends"]);
  });

  it("are taken at once at different keys", async () => {
    const log: string[] = [];
    const singleFlight = new SingleFlight();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const results = [singleFlight.run("a", itself, first.work), singleFlight.run("b", itself, second.work)];
    expect(log).toEqual(["first begins", "second begins"]);
    first.end();
    second.end();
    await Promise.all(results);
  });

  it("go on after one that failed, whose error is its own caller's alone", async () => {
    const log: string[] = [];
    const singleFlight = new SingleFlight();
    const [first, second] = [held(log, "first"), held(log, "second")];
    const failed = singleFlight.run("key", itself, first.work);
    const next = singleFlight.run("key", itself, second.work);
    first.fail();
    second.end();

    await expect(failed).rejects.toThrow("first");
    await expect(next).resolves.toBe("second");
  });

  it("begin anew when nobody is ahead any more", async () => {
    const singleFlight = new SingleFlight();
    let waited = 0;
    const wait = (others: Promise<void>) => {
      waited++;
      return others;
    };
    await singleFlight.run("key", wait, async () => "first");
    await singleFlight.run("key", wait, () => Promise.reject(new Error("second"))).catch(() => undefined);
    await singleFlight.run("key", wait, async () => "third");

    expect(waited).toBe(0);
  });

  it("are not waited for longer than the caller can, and then its work is not done", async () => {
    const log: string[] = [];
    const singleFlight = new SingleFlight();
    const first = held(log, "first");
    const running = singleFlight.run("key", itself, first.work);
    const late = singleFlight.run("key", () => Promise.reject(new Error("late")), held(log, "second").work);

    await expect(late).rejects.toThrow("late");
    first.end();
    await running;
    expect(log).toEqual(["first begins", "first ends"]);
  });
});
