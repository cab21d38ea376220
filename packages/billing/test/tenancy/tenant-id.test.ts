import { describe, expect, it } from "vitest";
import { isTenantId, parseTenantId } from "../../src/tenancy/tenant-id.js";

describe("a tenant id", () => {
  it.each(["a", "0", "Acme", "acme-1_2.3:4", "A".repeat(255)])("may be %.20s", (id) => {
    expect(parseTenantId(id)).toBe(id);
    expect(isTenantId(id)).toBe(true);
  });

  it.each([
    "",
    " ",
    "-acme",
    "_acme",
    ".",
    ":a",
    "*",
    "a b",
    " acme",
    "acme ",
    "acme\n",
    "\nacme",
    "a/b",
    'a"b',
    "é",
    "a".repeat(256),
    7,
    null,
    undefined,
    ["acme"],
    { toString: () => "acme" },
    new String("acme"),
  ])("may not be %j", (id) => {
    expect(isTenantId(id)).toBe(false);
    expect(() => parseTenantId(id)).toThrow(
      expect.objectContaining({
        code: "tenant_context",
        message: expect.stringMatching(
          /^A tenant id is a string of 1 to 255 letters, digits, and _ \. : - that begins with a letter or digit\. This one (?:is|has|begins with) .{1,90}\.$/,
        ),
      }),
    );
  });

  it.each([
    ["acme corp", "has a space"],
    ["auth0|1", 'has the character "|"'],
    ["acmé", "has a character of another kind"],
    ["_acme", 'begins with "_"'],
    ["a".repeat(256), "is longer"],
  ])("that is %j is told by its fault: it %s", (id, fault) => {
    expect(() => parseTenantId(id)).toThrow(
      `This one ${fault}: encode it, or use another key of the tenant's.`,
    );
  });
});
