import { EXCEPTIONS, refusalByStripeMock, withoutExceptions } from "@repo/test-kit/accepted-requests";
import { startConformity } from "@repo/test-kit/conformity";
import { stripeMockUrl } from "@repo/test-kit/servers";
import { describe, expect } from "vitest";
import { it } from "./support/it.js";
import { ask } from "./support/local.js";

const stripeMock = stripeMockUrl() ?? "";

describe.skipIf(stripeMock === "")("what is not sent to stripe-mock", () => {
  it.each(EXCEPTIONS)("is refused there still, since $reason", async ({ example }) => {
    expect(await refusalByStripeMock(stripeMock, example)).toMatch(/^(404|400|500) /);
    const rest = withoutExceptions(example);
    if (rest !== undefined) expect(await refusalByStripeMock(stripeMock, rest)).toBeUndefined();
  });
});

describe("every test of this suite", () => {
  it.skipIf(stripeMock === "")("fails by a request that only this server accepts", async () => {
    const conformity = startConformity();
    const request = { method: "POST", path: "/v1/customers", form: "colour=red" };
    conformity.onAnswer({ ...request, status: 200, version: "2026-10-28.endive", body: '{"object":"list"}' });
    expect(await conformity.problems()).toContainEqual(
      expect.stringMatching(/^POST \/v1\/customers colour=red is refused by stripe-mock: 400 /),
    );
  });

  it("fails by an answer that Stripe's specification does not allow", async ({ local }) => {
    const { body } = await ask(local, "POST", "/v1/customers");
    const conformity = startConformity();
    const request = { method: "POST", path: "/v1/customers", form: "" };
    const version = "2026-10-28.endive";
    conformity.onAnswer({ ...request, status: 200, version, body: JSON.stringify(body) });
    expect(await conformity.problems()).toEqual([]);
    conformity.onAnswer({
      ...request,
      status: 200,
      version,
      body: JSON.stringify({ ...body, colour: "red" }),
    });
    expect(await conformity.problems()).toContainEqual(expect.stringContaining("colour"));
  });

  it("checks an answer again for its words, not for what was drawn by lot", async ({ local }) => {
    const { body } = await ask(local, "POST", "/v1/customers", { body: "name=0a1b2c3d" });
    const request = { method: "POST", path: "/v1/customers", form: "", status: 200 };
    const problemsOf = (changed: object) => {
      const conformity = startConformity();
      const answer = { ...body, ...changed, shade: "red" };
      conformity.onAnswer({ ...request, version: "2026-10-28.endive", body: JSON.stringify(answer) });
      return conformity.problems();
    };
    const told = [expect.stringContaining("shade")];
    expect(await problemsOf({})).toEqual(expect.arrayContaining(told));
    const others = { id: "cus_00000000000000", created: 1, name: "d4c3b2a1", invoice_prefix: "ABCDEFGH" };
    expect(await problemsOf(others)).toEqual([]);
    expect(await problemsOf({ ...others, name: "Ada" })).toEqual(expect.arrayContaining(told));
    expect(await problemsOf({ ...others, balance: "none" })).toEqual(expect.arrayContaining(told));
  });
});
