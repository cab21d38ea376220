import { Deadline } from "../../../src/deadline.js";
import { metadataTenancy } from "../../../src/index.js";
import { createTransport } from "../../../src/stripe/transport.js";
import type { GateOptions, GateToStripe } from "../../../src/tenancy/gate/gate.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";

export const marked = (tenantId: string | undefined) => ({
  id: `x_${tenantId}`,
  metadata: tenantId === undefined ? {} : { tenantId },
});

/** Of each product or portal configuration, no more than is looked at to tell whose it is. */
export const EVERYBODYS = ["acme", "globex", "*", "ACME", undefined].map(marked);
export const OWN_AND_SHARED = [marked("acme"), marked("*")];

/** A gate that hands over what everybody has, and notes each list and search that it was asked for. */
export function indiscreetGate(asked: unknown[] = []): GateToStripe {
  return {
    search: async (call: string, query: string) => {
      asked.push([call, query]);
      return { hits: EVERYBODYS, nextPage: null };
    },
    list: async (call: string) => {
      asked.push([call]);
      return { data: EVERYBODYS, has_more: false };
    },
    listAccount: async function* () {
      yield EVERYBODYS;
    },
    retrieve: async (_call: string, ids: { readonly configuration: string }) =>
      EVERYBODYS.find(({ id }) => id === ids.configuration),
  } as unknown as GateToStripe; // it answers with less than Stripe does
}

export function scopeOptions(options: Partial<GateOptions> = {}): GateOptions {
  return {
    transport: createTransport({ rawRequest: () => Promise.reject(new Error("Nothing is sent.")) }),
    tenancy: metadataTenancy(),
    tenantId: "acme",
    account: undefined,
    mode: "test",
    cache: new OwnershipCache(300_000),
    configurations: new OwnershipCache(300_000),
    deadline: new Deadline(5_000),
    onAudit: () => undefined,
    trusted: [],
    ...options,
  };
}
