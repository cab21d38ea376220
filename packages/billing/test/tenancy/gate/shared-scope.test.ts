import { describe, expect, it } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import type { PathIds, WriteCall } from "../../../src/stripe/calls.js";
import { createTransport } from "../../../src/stripe/transport.js";
import { Gate, type GateOptions } from "../../../src/tenancy/gate/gate.js";
import { RULES } from "../../../src/tenancy/gate/rules.js";
import { OwnershipCache } from "../../../src/tenancy/ownership-cache.js";
import { metadataTenancy } from "../../../src/tenancy/strategies/metadata-tenancy.js";

const PRODUCT = { object: "product", id: "prod_1", livemode: false, metadata: { tenantId: "*" } };

function openGate(shared: GateOptions["shared"], product: object = PRODUCT) {
  const sent: string[] = [];
  const audits: string[] = [];
  const gate = new Gate({
    transport: createTransport({
      rawRequest: async (method, path) => {
        sent.push(`${method} ${path}`);
        return product;
      },
    }),
    mode: "test",
    tenancy: metadataTenancy(),
    tenantId: "*",
    account: undefined,
    deadline: new Deadline(1_000),
    cache: new OwnershipCache(0),
    configurations: new OwnershipCache(0),
    trusted: [],
    onAudit: ({ type }) => audits.push(type),
    shared,
  });
  return { gate, sent, audits };
}

/** An id for each name in a call's path. */
const idsOf = (call: string): object =>
  Object.fromEntries([...call.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => [name, "prod_1"]));
const breach = expect.objectContaining({ code: "isolation" });
const aboutTenants = Object.keys(RULES).filter(
  (call) => !/\/(?:products|prices|billing_portal\/configurations)\b/.test(call),
);

describe("a gate for what all tenants share", () => {
  it("lets an operator change a shared product, and no tenant's", async () => {
    const { gate, sent } = openGate("write");
    await gate.retrieve("GET /v1/products/{product}", { product: "prod_1" }, {});
    await gate.write("POST /v1/products/{product}", { product: "prod_1" }, { name: "Team" });
    expect(sent).toEqual(["GET /v1/products/prod_1", "POST /v1/products/prod_1"]);
    const foreign = openGate("write", { ...PRODUCT, metadata: { tenantId: "acme" } });
    await expect(
      foreign.gate.retrieve("GET /v1/products/{product}", { product: "prod_1" }, {}),
    ).rejects.toMatchObject({ code: "not_found" });
  });

  it("lets a visitor read, and change nothing", async () => {
    const { gate, sent, audits } = openGate("read");
    await gate.retrieve("GET /v1/products/{product}", { product: "prod_1" }, {});
    await expect(
      gate.write("POST /v1/products/{product}", { product: "prod_1" }, { name: "Team" }),
    ).rejects.toEqual(breach);
    expect(sent).toEqual(["GET /v1/products/prod_1"]);
    expect(audits).toEqual(["isolation_breach"]);
  });

  it.each(aboutTenants)("sends no %s, which is about a tenant's own", async (call) => {
    const { gate, sent } = openGate("write");
    const work = call.startsWith("GET ")
      ? gate.retrieve(
          call as "GET /v1/customers/{customer}",
          idsOf(call) as PathIds<"GET /v1/customers/{customer}">,
          {},
        )
      : gate.write(call as WriteCall, idsOf(call) as never, {});
    await expect(work).rejects.toEqual(breach);
    expect(sent).toEqual([]);
  });
});
