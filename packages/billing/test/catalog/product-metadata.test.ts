import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { type MetadataSchema, StripeBillingService } from "../../src/index.js";
import { RETURN_URL, type StripeWorld, startStripeWorld } from "../stripe-world.js";

let world: StripeWorld;

beforeAll(async () => {
  world = await startStripeWorld();
});

beforeEach(() => world.takeRequests());

afterAll(() => world.close());

const Plan = z.object({
  tier: z.enum(["free", "pro"]),
  seats: z.coerce.number().int().optional(),
});

function shop<TMetadata>(metadata: MetadataSchema<TMetadata>): StripeBillingService<TMetadata> {
  return new StripeBillingService({
    stripe: world.stripe,
    tenantId: "acme",
    portal: { returnUrl: RETURN_URL },
    catalog: { metadata, cacheSeconds: 0 },
  });
}

describe("product metadata with a schema", () => {
  it("comes back as the schema reads it, beside the text", async () => {
    const product = await shop(Plan).createProduct({ name: "Pro", metadata: { tier: "pro", seats: "5" } });
    expect(product.metadata).toEqual({ tier: "pro", seats: 5 });
    expect(product.rawMetadata).toEqual({ tier: "pro", seats: "5" });
    expect(product.metadataIssues).toEqual([]);
  });

  it("is refused before anything is written, with its keys and without its values", async () => {
    const acme = shop(Plan);
    const refused = [{ tier: "secret-value" }, { seats: "many", tier: "pro" }, {}, undefined];
    for (const metadata of refused) {
      const error: unknown = await acme
        .createProduct({ name: "Bad", ...(metadata && { metadata }) })
        .catch((caught) => caught);
      expect(error).toMatchObject({
        code: "invalid_argument",
        message: expect.stringMatching(/schema: (?:tier|seats)\.$/),
      });
      expect(String(error)).not.toMatch(/secret-value|many/);
    }
    expect(world.takeRequests()).toEqual([]);
  });

  it("is judged after the change, so that a part of it can be changed", async () => {
    const acme = shop(Plan);
    const { id } = await acme.createProduct({ name: "Pro", metadata: { tier: "pro", seats: "5" } });
    expect((await acme.updateProduct(id, { metadata: { seats: null } })).metadata).toEqual({ tier: "pro" });
    world.takeRequests();
    await expect(acme.updateProduct(id, { metadata: { tier: null } })).rejects.toMatchObject({
      code: "invalid_argument",
    });
    expect(world.takeRequests()).toEqual([`GET /v1/products/${id}`]);
  });

  it("does not lose a page for one product that was written elsewhere", async () => {
    const acme = shop(Plan);
    const bad = await world.stripe.products.create({
      name: "Bad",
      metadata: { tenantId: "acme", tier: "gold" },
    });
    const good = await acme.createProduct({ name: "Good", metadata: { tier: "free" } });
    const { data } = await acme.listTenantProducts({ limit: 100 });
    expect(data.find(({ id }) => id === good.id)?.metadata).toEqual({ tier: "free" });
    expect(data.find(({ id }) => id === bad.id)).toMatchObject({
      metadata: null,
      rawMetadata: { tier: "gold" },
      metadataIssues: [{ path: ["tier"], message: expect.any(String) }],
    });
    // What has nothing to do with its metadata can still be changed.
    expect(await acme.updateProduct(bad.id, { name: "Still bad" })).toMatchObject({
      name: "Still bad",
      metadata: null,
    });
    expect((await acme.updateProduct(bad.id, { metadata: { tier: "pro" } })).metadata).toEqual({
      tier: "pro",
    });
  });

  it("may be read by a schema that answers later, that is a function, or that names paths as objects", async () => {
    const late = Object.assign(() => undefined, {
      "~standard": {
        version: 1,
        vendor: "test",
        validate: async (value: unknown) => {
          await new Promise((resolve) => setTimeout(resolve, 5));
          const text = JSON.stringify(value);
          return text.includes("bad")
            ? { issues: [{ message: "bad", path: [{ key: "a" }] }] }
            : { value: text };
        },
      } as const,
    });
    const acme = shop(late);
    expect((await acme.createProduct({ name: "Late", metadata: { a: "fine" } })).metadata).toBe(
      '{"a":"fine"}',
    );
    await expect(acme.createProduct({ name: "Late", metadata: { a: "bad" } })).rejects.toMatchObject({
      message: expect.stringMatching(/schema: a\.$/),
    });
  });

  it("cannot hold a call up for longer than its time, nor break out of it", async () => {
    const never = standard(() => new Promise<never>(() => undefined));
    await expect(shop(never).createProduct({ name: "Never", timeoutMs: 50 })).rejects.toMatchObject({
      code: "deadline",
    });
    const throwing = standard(() => {
      throw new Error("broken");
    });
    await expect(shop(throwing).createProduct({ name: "Broken" })).rejects.toMatchObject({
      code: "configuration",
      message: "The schema in catalog.metadata threw an error instead of returning a result.",
      cause: new Error("broken"),
    });
    expect(world.takeRequests()).toEqual([]);
  });

  it("is refused by each key once, or as a whole", async () => {
    const strict = standard(() => ({
      issues: [
        { message: "one", path: ["a"] },
        { message: "two", path: [{ key: "a" }, "deeper"] },
        { message: "three", path: [7] },
        { message: "four" },
      ],
    }));
    await expect(shop(strict).createProduct({ name: "Bad" })).rejects.toThrow(
      "metadata does not pass the catalogue's schema: a, 7, the whole of it.",
    );
    const { id } = await world.stripe.products.create({
      name: "Bad",
      metadata: { tenantId: "acme", a: "1" },
    });
    expect(await shop(strict).getProduct(id)).toMatchObject({
      metadata: null,
      metadataIssues: [
        { message: "one", path: ["a"] },
        { message: "two", path: ["a", "deeper"] },
        { message: "three", path: ["7"] },
        { message: "four", path: [] },
      ],
    });
  });

  it("is nothing where a schema answers with issues beside a value, and as it is with none", async () => {
    const { id } = await world.stripe.products.create({ name: "P", metadata: { tenantId: "acme" } });
    const both = standard(() => ({ value: "kept", issues: [{ message: "bad" }] }) as never);
    expect((await shop(both).getProduct(id)).metadata).toBeNull();
    const none = standard(() => ({ value: "kept", issues: [] }) as never);
    expect((await shop(none).getProduct(id)).metadata).toBe("kept");
  });

  it("never sees the keys that say whose the product is", async () => {
    const seen: unknown[] = [];
    const spy = standard((value) => {
      seen.push(value);
      return { value: {} };
    });
    const { id } = await shop(spy).createProduct({ name: "Spied", metadata: { a: "1" } });
    expect(seen).toEqual([{ a: "1" }, { a: "1" }]);
    await shop(spy).updateProduct(id, { metadata: { a: null, b: "2" } });
    expect(seen.slice(2)).toEqual([{ b: "2" }, { b: "2" }]);
  });

  it.each([null, {}, { "~standard": {} }, { "~standard": { version: 2, validate: () => undefined } }])(
    "cannot be judged by %j",
    (metadata) => {
      expect(() => world.service({ catalog: { metadata: metadata as never } })).toThrow(
        expect.objectContaining({ code: "configuration" }),
      );
    },
  );
});

function standard<T>(validate: MetadataSchema<T>["~standard"]["validate"]): MetadataSchema<T> {
  return { "~standard": { version: 1, vendor: "test", validate } };
}
