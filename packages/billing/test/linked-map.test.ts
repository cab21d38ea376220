import fc from "fast-check";
import { expect, test } from "vitest";
import { LinkedMap } from "../src/linked-map.js";

const key = fc.constantFrom("a", "b", "c", "d", "e");
const step = fc.oneof(
  fc.record({ does: fc.constant("set" as const), key, value: fc.nat() }),
  fc.record({ does: fc.constant("delete" as const), key }),
  fc.record({ does: fc.constant("delete oldest" as const) }),
  fc.record({ does: fc.constant("clear" as const) }),
);

test("is a Map whose keys move to its end when they are set again", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [linked, plain] = [new LinkedMap<number>(), new Map<string, number>()];
      for (const { does, ...given } of steps) {
        if (does === "clear") {
          linked.clear();
          plain.clear();
        }
        const [oldest = ""] = plain.keys();
        const { key, value } = { key: oldest, value: undefined, ...given };
        expect(linked.has(key)).toBe(plain.has(key));
        expect(linked.get(key)).toBe(plain.get(key));
        const deleted = plain.delete(key);
        if (does === "delete oldest") expect(linked.deleteOldest()).toBe(deleted);
        else if (does !== "set") expect(linked.delete(key)).toBe(deleted);
        if (value !== undefined) {
          linked.set(key, value);
          plain.set(key, value);
        }
        expect([...linked]).toEqual([...plain]);
        expect(linked.oldest).toBe([...plain.values()][0]);
        expect([...linked.values()]).toEqual([...plain.values()]);
        expect(linked.size).toBe(plain.size);
      }
    }),
  );
});

test("lets the entry be deleted that was yielded last", () => {
  const linked = new LinkedMap<number>();
  for (const [value, name] of ["a", "b", "c"].entries()) linked.set(name, value);
  const seen = [];
  for (const [name] of linked) {
    seen.push(name);
    linked.delete(name);
  }
  expect(seen).toEqual(["a", "b", "c"]);
  expect(linked.size).toBe(0);
  linked.set("d", 4);
  expect([...linked]).toEqual([["d", 4]]);
});
