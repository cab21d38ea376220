import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../src/api-error.js";
import { decodeForm, type Form, type FormValue, toElements } from "../src/declare/form.js";
import { plainForm } from "../src/http/recorder.js";

type Tree = string | Tree[] | { [name: string]: Tree };

const name = fc
  .string({ minLength: 1, maxLength: 8 })
  .filter((text) => !/[[\]]/.test(text) && !/^\d+$/.test(text));
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.string(),
    fc.array(tie("tree"), { minLength: 1, maxLength: 3 }),
    fc.dictionary(name, tie("tree"), { minKeys: 1, maxKeys: 3 }),
  ),
}));

/** Writes a form as the SDK does: indexed lists, names in brackets. */
function encode(value: Tree, path: string): string[] {
  if (typeof value === "string") return [`${encodeURIComponent(path)}=${encodeURIComponent(value)}`];
  return Object.entries(value).flatMap(([part, one]) => encode(one, path === "" ? part : `${path}[${part}]`));
}

describe("decodeForm", () => {
  it("reads back every form that can be written", () => {
    fc.assert(
      fc.property(fc.dictionary(name, tree, { maxKeys: 4 }), (form) => {
        expect(plainForm(decodeForm(encode(form, "").join("&")))).toEqual({ ...form });
      }),
    );
  });

  it("either reads any text or refuses it as Stripe does, and never anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-c[\]=&%0-9]{0,40}$/)), (text) => {
        try {
          decodeForm(text);
        } catch (error) {
          expect(error).toBeInstanceOf(ApiError);
        }
      }),
    );
  });

  it.each<[string, unknown]>([
    ["a=1&b[c]=2&b[d][e]=3", { a: "1", b: { c: "2", d: { e: "3" } } }],
    ["expand[]=x&expand[]=y", { expand: ["x", "y"] }],
    ["items[1][price]=b&items[0][price]=a", { items: [{ price: "a" }, { price: "b" }] }],
    ["items[][a]=1&items[][b]=2&items[][a]=3", { items: [{ a: "1", b: "2" }, { a: "3" }] }],
    ["metadata=", { metadata: "" }],
    ["a=x+y%2B", { a: "x y+" }],
    ["a", { a: "" }],
  ])("reads %s", (text, form) => {
    expect(plainForm(decodeForm(text))).toEqual(form);
  });

  it("keeps the names of a prototype as plain names", () => {
    const form = decodeForm("__proto__[polluted]=1&constructor=2&metadata[__proto__]=3");
    expect(Object.keys(form)).toEqual(["__proto__", "constructor", "metadata"]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("does not make room for the places that an index leaves out", () => {
    const list: FormValue | undefined = decodeForm("a[99999]=x")["a"];
    expect(toElements(list as Form)).toEqual(["x"]);
  });

  it("refuses a name that is both a value and has parts, and bytes that are no text", () => {
    expect(() => decodeForm("a=1&a[b]=2")).toThrow(ApiError);
    expect(() => decodeForm("a=%FF")).toThrow(ApiError);
  });
});
