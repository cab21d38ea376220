import * as z from "zod/mini";
import { checkInput, LIST_OPTIONS } from "../input.js";
import type { CallOptions } from "../stripe/deadline.js";
import type { ListOptions, Page } from "../stripe/page.js";
import type { TenantScope } from "../tenancy/tenant-scope.js";
import { type Product, toProduct } from "../views/product.js";

export interface ListProductsOptions extends CallOptions, ListOptions {
  /** Those on sale (`true`, the default), those archived (`false`), or `"all"`. */
  readonly active?: boolean | "all";
}

const listProductsOptions = z.strictObject(
  {
    ...LIST_OPTIONS,
    active: z.optional(z.union([z.boolean(), z.literal("all")], 'active must be true, false or "all".')),
  },
  "The options must be an object.",
);

export async function listTenantProducts(
  scope: TenantScope,
  options: ListProductsOptions,
): Promise<Page<Product>> {
  const { active = true, limit = 10, after } = checkInput(listProductsOptions, options);
  const { products, nextCursor } = await scope.products({ limit, after, expand: ["data.default_price"] });
  const wanted = active === "all" ? products : products.filter((product) => product.active === active);
  return Object.freeze({
    data: Object.freeze(
      wanted.map((product) =>
        toProduct(product, {
          shared: scope.shares(product),
          metadata: scope.withoutReserved(product.metadata),
        }),
      ),
    ),
    hasMore: nextCursor !== null,
    nextCursor,
  });
}
