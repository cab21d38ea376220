import { describe, expect, it } from "vitest";
import type { Route } from "../../src/declare/route.js";
import { Router } from "../../src/http/router.js";
import { RESOURCES } from "../../src/resources/all.js";

const router = routing("GET /v1/things/:id", "GET /v1/things/search", "POST /v1/things/:id/parts/:part");

describe("a router", () => {
  it("prefers a literal part to a parameter, whichever was declared first", () => {
    expect(found(router, "GET", "/v1/things/search")).toEqual(["/v1/things/search", "", ""]);
    expect(found(router, "GET", "/v1/things/thing_1")).toEqual(["/v1/things/:id", "thing_1", ""]);
  });

  it("gives the ids in the order of the path, decoded where that is possible", () => {
    expect(found(router, "POST", "/v1/things/a%20b/parts/%")).toEqual([
      "/v1/things/:id/parts/:part",
      "a b",
      "%",
    ]);
  });

  it.each([
    ["DELETE", "/v1/things/thing_1"],
    ["GET", "/v1/things/"],
    ["GET", "/v1/things/thing_1/"],
    ["GET", "/v1/things"],
    ["GET", "/v1/things/thing_1/more"],
    ["GET", "/v1/constructor"],
    ["GET", "/v1/__proto__"],
  ])("finds nothing for %s %s", (method, path) => {
    expect(router.find(method, path)).toBeUndefined();
  });

  it("tells reading from writing in the permission", () => {
    expect(router.find("GET", "/v1/things/search")?.permission).toBe("thing_read");
    expect(router.find("POST", "/v1/things/1/parts/2")?.permission).toBe("thing_write");
  });
});

it("has one route for each call", () => {
  const calls = Object.values(RESOURCES).flatMap(({ routes }) =>
    routes.map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ":")}`),
  );
  expect(calls.filter((call, at) => calls.indexOf(call) !== at)).toEqual([]);
});

function routing(...signatures: `${Route["method"]} ${string}`[]): Router {
  const routes = signatures.map((signature): Route => {
    const [method, path = ""] = signature.split(" ");
    // The type of the signatures admits no other method.
    return { method: method as Route["method"], path, handle: () => ({ body: {}, expand: [] }) };
  });
  return new Router([{ permission: "thing", routes }]);
}

function found(from: Router, method: string, path: string): unknown {
  const match = from.find(method, path);
  return match && [match.route.path, match.id, match.innerId];
}
