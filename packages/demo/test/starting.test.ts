import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { startDemo } from "../src/demo.js";
import { createStartingApp, onlyWebhooks } from "../src/starting.js";

it("answers a request that arrives while it starts, with a page that asks again by itself", async () => {
  const port = await freePort();
  let early: Promise<Response> | undefined;
  const demo = await startDemo({
    port,
    // The first request to Stripe is the start's own.
    localStripe: {
      onAnswer: () => {
        early ??= fetch(`http://127.0.0.1:${port}/`);
      },
    },
  });
  onTestFinished(() => demo.close());
  const answer = await early;
  expect([answer?.status, answer?.headers.get("retry-after")]).toEqual([503, "1"]);
  const page = await answer?.text();
  expect(page).toContain("Starting…");
  expect(page).toContain('http-equiv="refresh"');
  expect((await fetch(demo.url)).status).toBe(200);
});

it("tells a health check that it is starting", async () => {
  const answer = await createStartingApp().request("/healthz");
  expect([answer.status, await answer.json()]).toEqual([503, { status: "starting" }]);
});

it("hands webhooks, and nothing else, to the application before the start is over", async () => {
  const fetchEarly = onlyWebhooks(
    () => new Response("application"),
    () => new Response("starting"),
  );
  const texts = ["/webhooks/stripe", "/billing", "/?next=/webhooks/stripe"].map(async (path) =>
    (await fetchEarly(new Request(`http://127.0.0.1${path}`))).text(),
  );
  expect(await Promise.all(texts)).toEqual(["application", "starting", "starting"]);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A server that listens on a port has an AddressInfo; a string is the address of a pipe.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
