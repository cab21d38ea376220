import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { StripeBillingService } from "../src/index.js";
import { checkInput, copyOptions, listFields } from "../src/input.js";

const listOptions = () => z.strictObject(listFields(), "The options must be an object.");
const refusal = expect.objectContaining({ code: "invalid_argument" });

describe("a list's options", () => {
  it.each([{}, { limit: 1 }, { limit: 100 }, { after: "sub_1" }, { after: "WzEuMF0+/=.-" }])(
    "may be %j",
    (options) => {
      expect(checkInput(listOptions, options)).toEqual(options);
    },
  );

  it.each([
    { limit: 0 },
    { limit: 101 },
    { limit: 1.5 },
    { limit: "10" },
    { after: "" },
    { after: "sub_1&customer=cus_2" },
    { after: "x".repeat(1001) },
    { after: ["sub_1"] },
    { expand: ["data.customer"] },
    null,
    "limit",
  ])("are not %j", (options) => {
    expect(() => checkInput(listOptions, options)).toThrow(refusal);
  });
});

describe("what was checked", () => {
  /** Another value each time it is read. */
  const changing = () => {
    let limit = 1;
    return Object.defineProperty({}, "limit", { enumerable: true, get: () => limit++ * 100 });
  };

  it("is a copy, which no longer changes", () => {
    const checked = checkInput(listOptions, changing());
    expect([checked.limit, checked.limit]).toEqual([100, 100]);

    const copied: { readonly limit?: number } = copyOptions(changing());
    expect([copied.limit, copied.limit]).toEqual([100, 100]);
  });

  it("is nothing that cannot be read", () => {
    const unreadable = Object.defineProperty({}, "limit", {
      enumerable: true,
      get: () => {
        throw new Error("private");
      },
    });
    for (const read of [() => checkInput(listOptions, unreadable), () => copyOptions(unreadable)]) {
      expect(read).toThrow(refusal);
    }
  });
});

describe("input of a size that no caller means", () => {
  const acme = new StripeBillingService({ secretKey: "sk_test_12345678", tenantId: "acme" });
  const manyElements = Array.from<never>({ length: 300_000 });
  const manyKeys = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, "1"]));

  it.each<[string, object, (input: never) => Promise<unknown>]>([
    ["items", manyElements, (items) => acme.createSubscription({ customerId: "cus_1", items })],
    ["items to change", manyElements, (items) => acme.updateSubscription("sub_1", { items })],
    ["discounts", manyElements, (discounts) => acme.updateSubscription("sub_1", { discounts })],
    ["images", manyElements, (images) => acme.createProduct({ name: "Pro", images })],
    ["features", manyElements, (features) => acme.createProduct({ name: "Pro", features })],
    ["locales", manyElements, (preferredLocales) => acme.updateCustomer("cus_1", { preferredLocales })],
    [
      "products of a portal",
      manyElements,
      (products) =>
        acme.ensurePortalConfiguration({
          features: { subscriptionUpdate: { allowedUpdates: ["price"], products } },
        }),
    ],
    ["options", { name: "Pro", ...manyKeys }, (options) => acme.createProduct(options)],
    [
      "options of a specification",
      { features: {}, ...manyKeys },
      (options) => acme.ensurePortalConfiguration(options),
    ],
    ["metadata", manyKeys, (metadata) => acme.createProduct({ name: "Pro", metadata })],
  ])("is refused by its length before anything looks at its contents: %s", async (_name, input, call) => {
    const { watched, looks } = watch(input);
    await expect(call(watched as never)).rejects.toThrow(refusal);
    expect(looks).toEqual({ read: 0, listed: Array.isArray(input) ? 0 : 1 });
  });

  /** The value, and how often anything read one of its contents or listed all of their names. */
  function watch(value: object) {
    const looks = { read: 0, listed: 0 };
    const watched = new Proxy(value, {
      get: (target, name, receiver) => {
        if (Object.hasOwn(target, name) && name !== "length") looks.read += 1;
        return Reflect.get(target, name, receiver);
      },
      ownKeys: (target) => {
        looks.listed += 1;
        return Reflect.ownKeys(target);
      },
    });
    return { watched, looks };
  }
});

describe("an argument of the wrong kind", () => {
  const billing = new StripeBillingService({ secretKey: "sk_test_12345678" });
  const customer = { id: "cus_1", email: "ada@example.com" };

  it.each<[unknown, string]>([
    [customer, "It is an object: pass its id."],
    [null, "It is null."],
    ["", "It is an empty string."],
    ["sub_1", 'It is an id that begins with "sub_".'],
  ])("is named by its kind, never by its value: %j", async (value, kind) => {
    await expect(billing.forTenant("acme").getCustomer(value as never)).rejects.toThrow(
      `customerId must be the id of a Stripe customer, such as "cus_…". ${kind}`,
    );
  });

  it("is the customer and not the tenant, where a customer object stands in its id's place", async () => {
    const given: never = customer as never;
    await expect(billing.forTenant("acme").createCustomerPortalSession(given)).rejects.toThrow(
      "It is an object: pass its id.",
    );
  });

  it.each<[unknown, string]>([
    [42, "This one is a number: pass it as a string."],
    [undefined, "This one is undefined."],
    ["ada@acme.com", 'This one has the character "@": encode it, or use another key of the tenant\'s.'],
  ])("is a tenant id that is %j", (tenantId, sentence) => {
    expect(() => billing.forTenant(tenantId as string)).toThrow(sentence);
  });
});
