// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code, templates included.
import { existsSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { guardsIn, guardsInText } from "../../scripts/guards/guards.mjs";
import { likelyTests } from "../../scripts/guards/tests-of.mjs";

const TEST = resolve(import.meta.dirname, "..");

/**
 * The guards that each room has at least, so that no tag vanishes unseen when code is moved. A guard that is no longer
 * needed lowers its number, in a commit that says why.
 */
const AT_LEAST: Readonly<Record<string, number>> = {
  "capabilities/catalog": 14,
  "capabilities/checkout": 11,
  "capabilities/customers": 9,
  "capabilities/discounts": 4,
  "capabilities/invoices": 7,
  "capabilities/refunds": 4,
  "capabilities/payment-methods": 4,
  "capabilities/portal": 22,
  "capabilities/subscriptions": 16,
  "capabilities/usage": 2,
  events: 5,
  "input.ts": 3,
  operator: 2,
  "operator-binding.ts": 1,
  "operator/adoption": 2,
  "operator/discounts": 2,
  "return-urls": 16,
  selling: 9,
  stripe: 18,
  tenancy: 34,
  "tenancy/gate": 106,
  "tenancy/scope": 41,
  "tenancy/strategies": 24,
  "tenant-binding.ts": 8,
  webhooks: 3,
  "webhooks/inbox/redis": 1,
  "webhooks/inbox/sqlite": 2,
  "webhooks/reconcile": 1,
  "webhooks/verification": 3,
};

const { guards, problems } = guardsIn(resolve(import.meta.dirname, "../../src"));

describe("the tags of guards", () => {
  it("each tell how to take the guard away", () => {
    expect(problems).toEqual([]);
  });

  it.each(Object.entries(AT_LEAST))("are all there in %s", (room, least) => {
    const there = guards.filter(({ file }) => roomOf(file) === room);
    expect(there.length).toBeGreaterThanOrEqual(least);
  });

  it("stand in rooms that have a least number", () => {
    expect(guards.filter(({ file }) => !Object.hasOwn(AT_LEAST, roomOf(file)))).toEqual([]);
  });
});

it("each file with guards has tests that exist", () => {
  const files = [...new Set(guards.map(({ file }) => file))];
  const missing = files.flatMap((file) => likelyTests({ file }).filter((test) => !isThere(test)));
  expect(missing).toEqual([]);
});

function isThere(test: string): boolean {
  return [test, `${test}.ts`, `${test}.test.ts`].some((path) => existsSync(resolve(TEST, path)));
}

function roomOf(file: string): string {
  return file.includes("/") ? dirname(file) : file;
}

describe("a guard is taken away", () => {
  it.each([
    ["a statement", "// guard: x\nprove(id);", ";"],
    ["a check", "// guard: x\nif (!owns(id)) throw notFound();", ";"],
    ["the first of two checks", "// guard: x\nif (a) b();\nelse if (c) d();", "if (c) d();"],
    ["a condition", "// guard (if true): x\nif (a) b();", "if ((a, true)) b();"],
    ["a branch", '// guard (if false): x\nreturn a ? "none" : "own";', 'return (a, false) ? "none" : "own";'],
    ["an operand", "// guard (operand 2): x\nif (a || !b || c) d();", "if (a||c) d();"],
    ["a property", "const a = {\n  // guard: x\n  account,\n  b,\n};", "const a = {\n  \n  b,\n};"],
    ["a part of a name", "// guard (part 1): x\nconst a = `${b} ${c}`;", 'const a = `${""} ${c}`;'],
    [
      "a part in a call",
      "// guard (part 1 of name): x\nf({ a, b: name([c, d]) });",
      "f({ a, b: name([ d]) });",
    ],
    ["a check in a call", "// guard (argument): x\nconst a = parse(b);", "const a = b;"],
    ["a later argument's check", '// guard (argument 2 of parse): x\nf(parse("a", b));', "f(b);"],
    ["a filter", "// guard (receiver of filter): x\nreturn f(a.filter(b));", "return f(a);"],
    [
      "a stricter method",
      "// guard (call price): x\nconst a = await b.ownPrice(c);",
      "const a = await b.price(c);",
    ],
    ["an order", "// guard (reorder): x\nconst a = { ...b, ...c };", "const a = { ...c, ...b };"],
    ["a value", '// guard (as "own"): x\nif (a) return b(c);', 'if (a) return "own";'],
    ["a text", '// guard (text "own"): x\nset(a, "shared");', 'set(a, "own");'],
    ["a pattern", "// guard (pattern /b/): x\nconst a = /^b$/;", "const a = /b/;"],
    ["what stands before its tag", "const a = [\n  b, // guard: x\n];", "const a = [\n];"],
  ])("%s", (_what, text, without) => {
    const found = guardsInText("a.ts", text);
    expect(found.problems).toEqual([]);
    expect(found.guards.map((one) => one.without.replace(/^\s*\/\/ guard.*\n/m, ""))).toEqual([without]);
  });

  it("by each of the tags that share a line", () => {
    const text = "// guard (operand 1): x; guard (operand 2): y\nif (a || b) throw c;";
    const { guards: found } = guardsInText("a.ts", text);
    expect(found.map(({ guard }) => guard)).toEqual(["x", "y"]);
  });
});

describe("a tag is refused", () => {
  it.each([
    ["without a description", "// guard (drop): \nf();", "a.ts:1: a tag is"],
    ["with an operator that is none", "// guard (vanish): x\nf();", 'a.ts:1: there is no operator "vanish"'],
    ["with nothing to change", "// guard (operand 3): x\nif (a || b) f();", "a.ts:1: there is nothing for"],
    ["with nothing after it", "f();\n// guard: x\n", "a.ts:2: there is nothing for"],
    [
      "with code that the table lacks",
      "// guard (as table): x\nreturn a;",
      "a.ts:1: replacements.mjs has nothing",
    ],
    [
      "with a name that its file lacks",
      "// guard (as proved): x\nreturn a;",
      'a.ts:1: the file knows no "proved"',
    ],
    [
      "with another's description",
      "// guard: x\nf();\n// guard: x\ng();",
      "a.ts:3: two tags of the file say: x",
    ],
  ])("%s", (_what, text, problem) => {
    expect(guardsInText("a.ts", text).problems).toEqual([expect.stringContaining(problem)]);
  });
});
