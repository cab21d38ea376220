import type { TenantScope } from "../../../src/tenancy/scope/tenant-scope.js";

/** As much of a scope as one function asks of it; that a scope proves what it hands over is told by its own suites. */
export function partialScope(methods: Readonly<Record<string, unknown>>): TenantScope {
  return methods as unknown as TenantScope;
}
