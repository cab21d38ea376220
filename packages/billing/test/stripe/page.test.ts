import { describe, expect, it, vi } from "vitest";
import { NotFoundError } from "../../src/errors.js";
import { eachPage, type Page, pages } from "../../src/stripe/page.js";
import { CursorError } from "../../src/stripe/page-cursor.js";

interface Numbered {
  readonly id: string;
}

const FIRST: Page<Numbered> = { data: [{ id: "1" }, { id: "2" }], hasMore: true, nextCursor: "b" };
const LAST: Page<Numbered> = { data: [{ id: "3" }], hasMore: false, nextCursor: null };

describe("a list's pages", () => {
  it("are the first one alone when they are awaited", async () => {
    const load = vi.fn(async () => FIRST);
    expect(await pages(load)).toBe(FIRST);
    expect(load.mock.calls).toEqual([[]]);
  });

  it("are each loaded once, and none before it is needed, when they are iterated", async () => {
    const load = vi.fn(async (after?: string) => (after === undefined ? FIRST : LAST));
    const list = pages(load);
    const seen: string[] = [];
    for await (const { id } of list) {
      seen.push(id);
      expect(load).toHaveBeenCalledTimes(id === "3" ? 2 : 1);
    }
    expect(seen).toEqual(["1", "2", "3"]);
    expect(load.mock.calls).toEqual([[], ["b"]]);
  });

  it("start again where the cursor has left the list, and yield each object once", async () => {
    const left = ["5", "4", "3", "2", "1"];
    const load = async (after?: string): Promise<Page<Numbered>> => {
      if (after !== undefined && !left.includes(after)) throw new CursorError();
      const rest = after === undefined ? left : left.slice(left.indexOf(after) + 1);
      const data = rest.slice(0, 2).map((id) => ({ id }));
      return { data, hasMore: rest.length > 2, nextCursor: rest.length > 2 ? (rest[1] ?? null) : null };
    };
    const seen: string[] = [];
    for await (const { id } of pages(load)) {
      seen.push(id);
      left.splice(left.indexOf(id), 1); // as a caller who detaches each payment method
    }
    expect(seen).toEqual(["5", "4", "3", "2", "1"]);
  });

  it("end with the refusal where starting again leads nowhere, and with any other failure at once", async () => {
    const refused = new CursorError();
    const load = vi.fn(async (after?: string) => (after === undefined ? FIRST : Promise.reject(refused)));
    const walk = async () => {
      for await (const { id } of pages(load)) expect(id).toMatch(/[12]/);
    };
    await expect(walk()).rejects.toBe(refused);
    expect(load).toHaveBeenCalledTimes(4);

    const lost = new RangeError("lost");
    load.mockImplementation(async (after) => (after === undefined ? FIRST : Promise.reject(lost)));
    await expect(walk()).rejects.toBe(lost);
  });

  it("begin with the same first page each time they are iterated", async () => {
    const load = vi.fn(async () => LAST);
    const list = pages(load);
    for (let time = 0; time < 2; time++) for await (const { id } of list) expect(id).toBe("3");
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

async function collect(list: AsyncIterable<Numbered>): Promise<readonly number[]> {
  const all: number[] = [];
  for await (const { id } of list) all.push(Number(id));
  return all;
}

describe("each page of a list", () => {
  /** A list that whoever walks it changes by `change`, between the pages. */
  async function walk(
    change: (list: string[], page: number) => void,
    refusal: () => Error,
  ): Promise<string[]> {
    const list = Array.from({ length: 12 }, (_, index) => String(12 - index));
    const seen: string[] = [];
    let loaded = 0;
    const load = async ({ starting_after: after }: { readonly starting_after?: string }) => {
      if (after !== undefined && !list.includes(after)) throw refusal();
      const rest = after === undefined ? list : list.slice(list.indexOf(after) + 1);
      loaded += 1;
      return { data: rest.slice(0, 4).map((id) => ({ id })), has_more: rest.length > 4 };
    };
    for await (const page of eachPage(load)) {
      seen.push(...page.map(({ id }) => id));
      change(list, loaded);
    }
    return seen;
  }
  const all = Array.from({ length: 12 }, (_, index) => String(12 - index));
  const remove = (list: string[], id: string) => void list.splice(list.indexOf(id), 1);

  it.each<[string, () => Error]>([
    ["missing", () => new NotFoundError("No such object.")],
    ["no cursor", () => new CursorError()],
  ])("goes on where the last object has left the list and is called %s", async (_, refusal) => {
    const takeLast = (list: string[], page: number) => {
      if (page === 1) for (const id of ["9", "10"]) remove(list, id);
    };
    expect(await walk(takeLast, refusal)).toEqual(all);
  });

  it("holds nothing twice where objects are added in front meanwhile", async () => {
    const add = (list: string[], page: number) => void list.unshift(`new ${page}`);
    expect(await walk(add, () => new CursorError())).toEqual(all);
  });

  it("ends with the refusal where all of a page has left the list, and with any other failure at once", async () => {
    const refused = new NotFoundError("No such object.");
    const takeAll = (list: string[], page: number) => {
      if (page === 1) list.splice(0, 4);
    };
    await expect(walk(takeAll, () => refused)).rejects.toBe(refused);
    const lost = new RangeError("lost");
    const load = vi.fn(async () => Promise.reject(lost));
    await expect(eachPage(load).next()).rejects.toBe(lost);
    expect(load).toHaveBeenCalledTimes(1);
  });
});
