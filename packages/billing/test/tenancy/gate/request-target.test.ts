import { describe, expect, it } from "vitest";
import { requestTarget } from "../../../src/tenancy/gate/request-target.js";

const isolation = (message: string) => expect.objectContaining({ code: "isolation", message });

describe("where a call goes", () => {
  it("is its method and its path with the ids in it", () => {
    const call = "POST /v1/subscriptions/{subscription}/pause";

    expect(requestTarget(call, { subscription: "sub_1-A" })).toMatchObject({
      method: "POST",
      path: "/v1/subscriptions/sub_1-A/pause",
    });
    expect(requestTarget("GET /v1/products", {})).toMatchObject({ method: "GET", path: "/v1/products" });
    expect(requestTarget("DELETE /v1/subscriptions/{subscription}", { subscription: "sub_1" })).toMatchObject(
      { method: "DELETE", path: "/v1/subscriptions/sub_1" },
    );
  });

  it.each(["", "..", "a/b", "a b", "a\n", "%2e", "cus_1?x", 7, null, undefined, { toString: () => "cus_1" }])(
    "is nowhere with the id %j",
    (customer) => {
      expect(() => requestTarget("GET /v1/customers/{customer}", { customer })).toThrow(
        isolation("GET /v1/customers/{customer} needs a well-formed customer id."),
      );
    },
  );

  it("is nowhere with an id that is inherited, or under another name", () => {
    for (const ids of [{}, { id: "cus_1" }, Object.create({ customer: "cus_1" })]) {
      expect(() => requestTarget("GET /v1/customers/{customer}", ids)).toThrow("well-formed customer id");
    }
  });

  it.each(["PUT /v1/customers", "GET /v1/customers", "GET /v1/events", "toString", "__proto__", ""])(
    "is nowhere for %j, which is not in the table",
    (call) => {
      expect(() => Reflect.apply(requestTarget, undefined, [call, {}])).toThrow(
        isolation("The gate was given a call that is not in its table of rules. Please report this."),
      );
    },
  );
});
