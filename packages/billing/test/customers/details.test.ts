import { describe, expect } from "vitest";
import { itInWorld as it } from "../in-world.js";

describe("a customer's reference and details", () => {
  it.for<[unknown, string]>([
    [undefined, "must be an object"],
    [null, "must be an object"],
    [{}, "reference must be"],
    [{ reference: "" }, "reference must be"],
    [{ reference: " a" }, "reference must be"],
    [{ reference: 'a"b' }, "reference must be"],
    [{ reference: "a\\b" }, "reference must be"],
    [{ reference: "a' OR created>0" }, "reference must be"],
    [{ reference: "a".repeat(201) }, "reference must be"],
    [{ reference: ["a"] }, "reference must be"],
    [{ reference: "a", email: "nobody" }, "email must be"],
    [{ reference: "a", email: "a b@c.example" }, "email must be"],
    [{ reference: "a", email: "a@b c" }, "email must be"],
    [{ reference: "a", email: `${"a".repeat(512)}@b` }, "email must be"],
    [{ reference: "a", name: "" }, "name must be"],
    [{ reference: "a", name: "two\nlines" }, "name must be"],
    [{ reference: "a", name: "x".repeat(257) }, "name must be"],
    [{ reference: "a", phone: "1".repeat(21) }, "phone must be"],
    [{ reference: "a", description: "" }, "description must be"],
    [{ reference: "a", description: "x".repeat(5001) }, "description must be"],
    [{ reference: "a", address: "Weg 1" }, "address must be"],
    ...["line1", "line2", "city", "state", "postalCode"].map((part): [unknown, string] => [
      { reference: "a", address: { [part]: "x".repeat(201) } },
      `address.${part} must be`,
    ]),
    [{ reference: "a", address: { postalCode: "1".repeat(51) } }, "address.postalCode must be"],
    [{ reference: "a", address: { country: "Germany" } }, "address.country must be"],
    [{ reference: "a", address: { country: "de" } }, "address.country must be"],
    [{ reference: "a", address: { country: "DEU" } }, "address.country must be"],
    [{ reference: "a", address: { street: "Weg 1" } }, "street"],
    [{ reference: "a", preferredLocales: [] }, "preferredLocales must be"],
    [{ reference: "a", preferredLocales: Array(11).fill("de") }, "preferredLocales must be"],
    ...["English", "d", "en_GB", "en-GB-oed-x", "en-G", " en", "en-", "12"].map((tag): [unknown, string] => [
      { reference: "a", preferredLocales: [tag] },
      "preferredLocales must be",
    ]),
    [{ reference: "a", taxExempt: "yes" }, "taxExempt must be"],
    [{ reference: "a", source: "tok_1" }, "source"],
    [{ reference: "a", email: "a\ud800@b.example" }, "email must be"],
    [{ reference: "a", name: "half a \udc00" }, "unpaired surrogate"],
    [{ reference: "a", description: "half a \ud83d" }, "unpaired surrogate"],
    [{ reference: "a", address: { city: "\ud83d" } }, "unpaired surrogate"],
    [{ reference: "a", metadata: { note: "half a \ud83d" } }, "unpaired surrogate"],
    [{ reference: "a", metadata: { "half a \ud83d": "note" } }, "unpaired surrogate"],
  ])("refuses %j before anything is sent, and says %s", async ([options, words], { world }) => {
    await expect(
      world
        .service()
        .forTenant("acme")
        .ensureCustomer(options as never),
    ).rejects.toMatchObject({
      code: "invalid_argument",
      message: expect.stringContaining(words),
    });
    expect(world.takeRequests()).toEqual([]);
  });
});
