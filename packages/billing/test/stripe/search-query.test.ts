import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allOf, fieldIs, metadataIs } from "../../src/stripe/search-query.js";
import { isTenantId } from "../../src/tenancy/tenant-id.js";

/** One condition of a query, with its texts as Stripe reads them. */
type Clause = readonly [field: string, value: string];

interface Query {
  readonly clauses: readonly Clause[];
  readonly joins: readonly string[];
}

/**
 * Reads Stripe's search language by its documentation, one character after the other, and knows nothing of how ours is
 * written: `field:"value"` and `metadata["key"]:"value"`, joined by AND or OR. In quotes a backslash takes the character
 * after it as it is; quotes end at the first quotation mark without one.
 */
function readQuery(text: string): Query {
  let at = 0;
  const fail = (): never => {
    throw new Error(`Stripe cannot read this at ${at}: ${text}`);
  };
  const take = (expected: string) => {
    if (!text.startsWith(expected, at)) fail();
    at += expected.length;
  };
  const quoted = (): string => {
    let value = "";
    take('"');
    for (;;) {
      const character = text[at++] ?? fail();
      if (character === '"') return value;
      value += character === "\\" ? (text[at++] ?? fail()) : character;
    }
  };
  const name = (): string => {
    const start = at;
    while (/[a-z_]/.test(text[at] ?? "")) at++;
    return at === start ? fail() : text.slice(start, at);
  };
  const clause = (): Clause => {
    let field = name();
    if (field === "metadata") {
      take("[");
      field = `metadata.${quoted()}`;
      take("]");
    }
    take(":");
    return [field, quoted()];
  };
  const join = (): string => {
    const word = text.startsWith("AND", at) ? "AND" : "OR";
    take(word);
    return word;
  };
  const clauses = [clause()];
  const joins: string[] = [];
  while (at < text.length) {
    take(" ");
    joins.push(join());
    take(" ");
    clauses.push(clause());
  }
  return { clauses, joins };
}

/** Arbitrary text, and text of the characters that a query is made of. */
const text = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({
    unit: fc.constantFrom(
      '"',
      "\\",
      "'",
      ":",
      "[",
      "]",
      " ",
      "OR",
      "AND",
      "metadata",
      "*",
      "-",
      "~",
      "\n",
      "a",
    ),
  }),
  fc.constantFrom('\\" OR metadata["tenantId"]:"globex', '" OR ""="', "\\", '\\"', '"'),
);
const tenantId = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}$/).filter(isTenantId);

describe("a search query", () => {
  it("reads as one condition for each value, whatever key and values hold", () => {
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 4 }), (key, values) => {
        expect(readQuery(metadataIs(key, ...values))).toEqual({
          clauses: values.map((value) => [`metadata.${key}`, value]),
          joins: Array(values.length - 1).fill("OR"),
        });
      }),
      { numRuns: 5_000 },
    );
  });

  it("finds a tenant's products and the shared ones, for every tenant id and key there can be", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/), tenantId, (key, id) => {
        expect(readQuery(metadataIs(key, id, "*"))).toEqual({
          clauses: [
            [`metadata.${key}`, id],
            [`metadata.${key}`, "*"],
          ],
          joins: ["OR"],
        });
      }),
    );
  });

  it("reads as one condition on a field for each value", () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (values) => {
        expect(readQuery(fieldIs("product", ...values)).clauses).toEqual(
          values.map((value) => ["product", value]),
        );
      }),
    );
  });

  it("joins conditions by AND alone, which Stripe does not mix with OR", () => {
    fc.assert(
      fc.property(text, text, text, (key, value, other) => {
        expect(readQuery(allOf(metadataIs(key, value), fieldIs("currency", other)))).toEqual({
          clauses: [
            [`metadata.${key}`, value],
            ["currency", other],
          ],
          joins: ["AND"],
        });
      }),
    );
  });

  it("would be read otherwise if quotes or backslashes were left as they are", () => {
    const unescaped = (value: string) => `metadata["tenantId"]:"${value}"`;
    expect(readQuery(unescaped('a" OR metadata["tenantId"]:"b')).clauses).toHaveLength(2);
    expect(() => readQuery(unescaped("a\\"))).toThrow("cannot read");
  });
});
