import { expectTypeOf, it } from "vitest";
import * as z from "zod";
import * as mini from "zod/mini";
import type { Product, RawMetadata } from "../../src/index.js";
import { StripeBillingService } from "../../src/index.js";

it("types product metadata by the schema, or null where the schema refuses it", () => {
  const billing = new StripeBillingService({
    secretKey: "sk_test_12345678",
    catalog: { metadata: z.object({ tier: z.enum(["free", "pro"]), seats: z.coerce.number() }) },
  });
  type Plan = { tier: "free" | "pro"; seats: number };
  expectTypeOf(billing).toEqualTypeOf<StripeBillingService<Plan>>();
  expectTypeOf<ReturnType<typeof billing.getProduct>>().resolves.toEqualTypeOf<Product<Plan>>();
  expectTypeOf<Product<Plan>["metadata"]>().toEqualTypeOf<Plan | null>();
});

it("leaves metadata text without a schema", () => {
  const billing = new StripeBillingService({ secretKey: "sk_test_12345678", catalog: { cacheSeconds: 0 } });
  expectTypeOf(billing).toEqualTypeOf<StripeBillingService>();
  expectTypeOf<Product["metadata"]>().toEqualTypeOf<RawMetadata>();
});

it("takes schemas of any library", () => {
  const billing = new StripeBillingService({
    secretKey: "sk_test_12345678",
    catalog: { metadata: mini.object({ tier: mini.string() }) },
  });
  expectTypeOf(billing).toEqualTypeOf<StripeBillingService<{ tier: string }>>();
});
