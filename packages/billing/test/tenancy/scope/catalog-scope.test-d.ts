import { describe, expectTypeOf, it } from "vitest";
import type { getSubscription } from "../../../src/capabilities/subscriptions/read.js";
import type { OperatorScope } from "../../../src/tenancy/scope/operator-scope.js";
import type { CatalogScope, TenantScope } from "../../../src/tenancy/scope/tenant-scope.js";

describe("a scope without a tenant", () => {
  it("is of no use to what is made for a tenant", () => {
    expectTypeOf<CatalogScope>().not.toExtend<TenantScope>();
    expectTypeOf<OperatorScope>().not.toExtend<TenantScope>();
    expectTypeOf<OperatorScope>().not.toExtend<CatalogScope>();
    expectTypeOf<Parameters<typeof getSubscription>[0]>().toEqualTypeOf<TenantScope>();
  });

  it("takes what a tenant's would", () => {
    expectTypeOf<TenantScope>().toExtend<CatalogScope>();
  });
});
