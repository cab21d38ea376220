import { describe, expect, it, vi } from "vitest";
import { type Page, pages } from "../../src/stripe/page.js";

const FIRST: Page<number> = { data: [1, 2], hasMore: true, nextCursor: "b" };
const LAST: Page<number> = { data: [3], hasMore: false, nextCursor: null };

describe("a list's pages", () => {
  it("are the first one alone when they are awaited", async () => {
    const load = vi.fn(async () => FIRST);
    expect(await pages(load)).toBe(FIRST);
    expect(load.mock.calls).toEqual([[]]);
  });

  it("are each loaded once, and none before it is needed, when they are iterated", async () => {
    const load = vi.fn(async (after?: string) => (after === undefined ? FIRST : LAST));
    const list = pages(load);
    const seen: number[] = [];
    for await (const one of list) {
      seen.push(one);
      expect(load).toHaveBeenCalledTimes(one < 3 ? 1 : 2);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(load.mock.calls).toEqual([[], ["b"]]);
  });

  it("begin with the same first page each time they are iterated", async () => {
    const load = vi.fn(async () => LAST);
    const list = pages(load);
    for (let time = 0; time < 2; time++) for await (const one of list) expect(one).toBe(3);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it("can be iterated anew after a page that failed", async () => {
    let isDown = true;
    const list = pages(async (after?: string) => {
      if (after === undefined) return FIRST;
      if (isDown) throw new Error("down");
      return LAST;
    });
    await expect(collect(list)).rejects.toThrow("down");
    isDown = false;
    expect(await collect(list)).toEqual([1, 2, 3]);
  });

  it("are all given to each of two iterations side by side", async () => {
    const list = pages(async (after?: string) => (after === undefined ? FIRST : LAST));
    expect(await Promise.all([collect(list), collect(list)])).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });
});

async function collect(list: AsyncIterable<number>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const one of list) all.push(one);
  return all;
}
