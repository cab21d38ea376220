import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { expect } from "vitest";
import type { GivenAnswer, LocalStripe } from "../../src/index.js";
import { startLocalStripe } from "../../src/index.js";
import { Browser } from "../support/browser.js";
import { it } from "../support/it.js";
import { startLocal } from "../support/local.js";

it.each(["/", "/favicon.ico", "/robots.txt", "/p/nowhere", "/v1", "/v3/customers"])(
  "does not take GET %s for a call: nothing is recorded and no listener hears of it",
  async (path) => {
    const told: GivenAnswer[] = [];
    const local = await startLocalStripe({ onAnswer: (answer) => told.push(answer) });
    const answer = await fetch(local.url + path);
    await answer.text();
    await local.close();
    expect({ requests: local.requests, told }).toEqual({ requests: [], told: [] });
  },
);

it.each(["/v1/nothing", "/v2/nothing"])("takes GET %s for a call, and records it", async (path) => {
  const local = await startLocalStripe();
  const answer = await fetch(local.url + path);
  await local.close();
  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(local.requests).toMatchObject([{ path, status: 401 }]);
});

it("says on its front page what it is, and shows no key", async ({ local }) => {
  const page = await Browser.open(local.url);
  expect(page).toMatchObject({ status: 200, heading: "This is a local Stripe" });
  expect(page.text).not.toContain(local.secretKey);
});

it("gives every page an icon", async ({ local }) => {
  const page = await (await fetch(`${local.url}/p/session/none`)).text();
  const href = /<link rel="icon" type="image\/svg\+xml" href="([^"]*)"/.exec(page)?.[1];
  const icon = await fetch(local.url + href);
  expect(icon.headers.get("content-type")).toBe("image/svg+xml");
  expect(await icon.text()).toMatch(/^<svg /);
});

it("answers anything else with a plain 404", async ({ local }) => {
  const answer = await fetch(`${local.url}/robots.txt`);
  expect([answer.status, answer.headers.get("content-type")]).toEqual([404, "text/plain; charset=UTF-8"]);
});

it.each(["evil.example", "evil.example:80", "127.0.0.1.evil.example", "localhost.evil.example", "[::", ""])(
  "refuses the host name '%s', so that a page with a rebound name reads nothing",
  async (host) => {
    const { local } = await startLocal();
    for (const path of ["/v1/customers", "/p/login/none", "/"]) {
      expect(await statusLine(local, path, host)).toMatch(/^HTTP\/1\.1 (421|400) /);
    }
    expect(local.requests).toEqual([]);
  },
);

it.each(["localhost", "LOCALHOST:4243", "127.0.0.1:1", "[::1]:4243", "stripe.localhost"])(
  "answers the host name %s",
  async (host) => {
    const { local } = await startLocal();
    expect(await statusLine(local, "/v1/customers", host)).toBe("HTTP/1.1 401 Unauthorized");
  },
);

it.each([
  ["/v1/customers", 8 * 1024 * 1024],
  ["/p/session/none", 64 * 1024],
])(
  "refuses a body for POST %s that says it has more than %i bytes, before it arrives",
  async (path, most) => {
    const { local } = await startLocal();
    expect(await statusLine(local, path, "localhost", most + 1)).toBe("HTTP/1.1 413 Payload Too Large");
  },
);

it.each([
  ["/v1/customers", 8 * 1024 * 1024],
  ["/p/session/none", 64 * 1024],
])("stops reading a body for POST %s of unknown length after %i bytes", async (path, most) => {
  const { local } = await startLocal();
  const sent = request(local.url + path, {
    method: "POST",
    headers: { "Content-Type": "application/x-www-form-urlencoded", "Transfer-Encoding": "chunked" },
  });
  sent.on("error", () => {}); // The server may hang up while the rest is still being written.
  sent.write(Buffer.alloc(most + 1, "a"));
  const [answer] = await once(sent, "response");
  expect(answer.statusCode).toBe(413);
  sent.destroy();
});

/** Sends the head of a request by hand: `fetch` does not let a Host header through. */
async function statusLine(
  local: LocalStripe,
  path: string,
  host: string,
  bodyBytes?: number,
): Promise<string> {
  const socket = connect(local.port, local.host).setEncoding("latin1");
  const length = bodyBytes === undefined ? "" : `Content-Length: ${bodyBytes}\r\n`;
  const method = bodyBytes === undefined ? "GET" : "POST";
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${length}Connection: close\r\n\r\n`);
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer).split("\r\n", 1).join();
}
