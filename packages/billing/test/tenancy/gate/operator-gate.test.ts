import { beforeEach, describe, expect, it } from "vitest";
import { Deadline } from "../../../src/deadline.js";
import {
  type MarkWrite,
  OPERATOR_CALLS,
  type OperatorRead,
  type SharedWrite,
} from "../../../src/stripe/operator-calls.js";
import { createTransport } from "../../../src/stripe/transport.js";
import { OperatorGate } from "../../../src/tenancy/gate/operator-gate.js";

let sent: { readonly method: string; readonly path: string; readonly params: unknown }[];
let answer: object;

beforeEach(() => {
  sent = [];
  answer = { object: "customer", id: "cus_1", livemode: false };
});

const gate = (pace?: () => Promise<void>) =>
  new OperatorGate({
    transport: createTransport({
      rawRequest: async (method, path, params) => {
        sent.push({ method, path, params });
        return answer;
      },
    }),
    mode: "test",
    deadline: new Deadline(1_000),
    markKeys: ["tenantId", "billingReference"],
    pace,
  });

const CUSTOMER = { customer: "cus_1" };
const breach = expect.objectContaining({ code: "isolation" });

describe("the operator's gate", () => {
  it("reads, and writes marks", async () => {
    await gate().read("GET /v1/customers/{customer}", CUSTOMER, {});
    await gate().mark("POST /v1/customers/{customer}", CUSTOMER, { tenantId: "acme", billingReference: "w" });
    expect(sent).toEqual([
      { method: "GET", path: "/v1/customers/cus_1", params: undefined },
      {
        method: "POST",
        path: "/v1/customers/cus_1",
        params: { metadata: { tenantId: "acme", billingReference: "w" } },
      },
    ]);
  });

  it("writes nothing beside marks", async () => {
    for (const metadata of [{ plan: "pro" }, { tenantId: "acme", plan: "pro" }, { TENANTID: "acme" }]) {
      await expect(gate().mark("POST /v1/customers/{customer}", CUSTOMER, metadata)).rejects.toEqual(breach);
    }
    expect(sent).toEqual([]);
  });

  it("reads with no write, and marks with no read and no other write", async () => {
    const calls = ["POST /v1/customers/{customer}", "DELETE /v1/customers/{customer}", "POST /v1/refunds"];
    for (const call of calls) {
      await expect(gate().read(call as OperatorRead, CUSTOMER as never, {})).rejects.toEqual(breach);
    }
    for (const call of [
      "GET /v1/customers/{customer}",
      "POST /v1/subscriptions/{subscription}",
      "toString",
    ]) {
      const ids = { ...CUSTOMER, subscription: "sub_1" };
      await expect(gate().mark(call as MarkWrite, ids as never, { tenantId: "acme" })).rejects.toEqual(
        breach,
      );
    }
    expect(sent).toEqual([]);
  });

  it("knows no call that changes anything but the five kinds of marked objects", () => {
    const writes = Object.keys(OPERATOR_CALLS).filter((call) => !call.startsWith("GET "));
    expect(writes).toEqual(
      ["coupons/{coupon}", "customers/{customer}", "prices/{price}", "products/{product}"]
        .concat("promotion_codes/{promotion_code}")
        .map((path) => `POST /v1/${path}`),
    );
  });

  it("sends no id that is none", async () => {
    for (const customer of ["../v1/charges", "", "a b", "cus_1/sources"]) {
      await expect(gate().read("GET /v1/customers/{customer}", { customer }, {})).rejects.toEqual(breach);
    }
    expect(sent).toEqual([]);
  });

  it("hands out no object of the other mode, of a list neither", async () => {
    answer = { object: "list", data: [{ object: "customer", id: "cus_1", livemode: true }], has_more: false };
    await expect(gate().read("GET /v1/customers", {}, {})).rejects.toMatchObject({ code: "mode_mismatch" });
    answer = { object: "customer", id: "cus_1", livemode: true };
    await expect(gate().read("GET /v1/customers/{customer}", CUSTOMER, {})).rejects.toMatchObject({
      code: "mode_mismatch",
    });
  });

  it("makes what is shared with everyone's mark, whatever it is given", async () => {
    answer = { object: "coupon", id: "ten-off", livemode: false, metadata: { tenantId: "*" } };
    await gate().writeShared("POST /v1/coupons", {}, { percent_off: 10, metadata: { team: "a" } });
    await gate().writeShared("POST /v1/coupons", {}, { percent_off: 10 });
    expect(sent.map(({ params }) => Reflect.get(Object(params), "metadata"))).toEqual([
      { team: "a", tenantId: "*" },
      { tenantId: "*" },
    ]);
    const forged = { percent_off: 10, metadata: { tenantId: "acme" } };
    await expect(gate().writeShared("POST /v1/coupons", {}, forged)).rejects.toEqual(breach);
  });

  it("changes and names only what this call has seen to be shared", async () => {
    const change = (opened: OperatorGate) =>
      opened.writeShared("POST /v1/coupons/{coupon}", { coupon: "ten-off" }, { name: "Ten" });
    const sell = (opened: OperatorGate) =>
      opened.writeShared(
        "POST /v1/promotion_codes",
        {},
        { promotion: { type: "coupon", coupon: "ten-off" } },
      );
    for (const metadata of [undefined, {}, { tenantId: "acme" }]) {
      answer = { object: "coupon", id: "ten-off", livemode: false, metadata };
      const opened = gate();
      await opened.read("GET /v1/coupons/{coupon}", { coupon: "ten-off" }, {});
      for (const write of [change, sell]) await expect(write(opened)).rejects.toEqual(breach);
    }
    answer = { object: "coupon", id: "ten-off", livemode: false, metadata: { tenantId: "*" } };
    await expect(change(gate())).rejects.toEqual(breach);
    const opened = gate();
    await opened.read("GET /v1/coupons/{coupon}", { coupon: "ten-off" }, {});
    await change(opened);
    await expect(
      opened.writeShared("POST /v1/customers" as SharedWrite, {}, { name: "x" } as never),
    ).rejects.toEqual(breach);
    await expect(opened.writeShared("GET /v1/customers" as SharedWrite, {}, {} as never)).rejects.toEqual(
      breach,
    );
    expect(sent.filter(({ path }) => path === "/v1/customers")).toEqual([]);
    expect(sent.filter(({ method }) => method === "POST")).toEqual([
      { method: "POST", path: "/v1/coupons/ten-off", params: { name: "Ten" } },
    ]);
  });

  it("waits for its turn", async () => {
    let letThrough = () => {};
    const turn = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    const reading = gate(() => turn).read("GET /v1/customers/{customer}", CUSTOMER, {});
    expect(sent).toEqual([]);
    letThrough();
    await reading;
    expect(sent).toHaveLength(1);
  });
});
