import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inline } from "../../../../src/webhooks/inbox/postgres/inline.js";

const TEXT = "SELECT $1::text AS text, $2::bigint AS number, $1::text || '' AS again";

describePostgres("a value that is written into a statement", () => {
  let schema: Schema;

  beforeAll(async () => {
    schema = await createSchema();
  });

  afterAll(() => schema.drop());

  test.each(["on", "off"])(
    "is read as it is when bound, with standard_conforming_strings %s",
    async (setting) => {
      const { pool } = schema;
      // No client can send a null character in a text value.
      const anyText = fc
        .oneof(
          fc.string({ unit: "binary" }),
          fc.string({ unit: fc.constantFrom("'", "\\", "$1", ";", "\ud800", "E") }),
        )
        .filter((text) => !text.includes("\0"));
      const property = fc.asyncProperty(anyText, fc.maxSafeInteger(), async (text, number) => {
        const values = [text, number];
        const { rows } = await pool.query(TEXT, values);
        const client = await pool.connect();
        try {
          await client.query(`SET standard_conforming_strings = ${setting}`);
          expect((await client.query(inline({ text: TEXT, values }))).rows).toEqual(rows);
        } finally {
          await client.query("RESET standard_conforming_strings");
          client.release();
        }
      });
      await fc.assert(property, {
        numRuns: 50,
        examples: [
          ["it's; \\' DROP", 1],
          ["\ud83d\ude00\ud800", -1],
        ],
      });
    },
  );

  test("has a literal only of letters, digits and codes", () => {
    const values = ["live:acct_1:evt_1'; \\DROP"];
    expect(inline({ text: "SELECT $1", values })).toBe(
      "SELECT E'live:acct_1:evt_1\\u0027\\u003b\\u0020\\u005cDROP'",
    );
  });

  test("must be there, and be text or a whole number", () => {
    expect(() => inline({ text: "SELECT $2", values: [1] })).toThrow("A statement lacks a value.");
    expect(() => inline({ text: "SELECT $1", values: [0.5] })).toThrow(TypeError);
  });
});
