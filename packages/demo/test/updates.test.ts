import { afterEach, beforeEach, expect, it } from "vitest";
import type { Demo } from "../src/demo.js";
import { startConformingDemo } from "./support/conforming-demo.js";

let demo: Demo;
beforeEach(async () => {
  demo = await startConformingDemo();
});
afterEach(() => demo.close());

it("closes at once, though a page is listening to updates", async () => {
  const updates = await listen();
  expect(await updates.next()).toMatch(/^data: \d+\n\n$/);
  await demo.close();
  await expect(updates.next()).rejects.toThrow();
});

async function listen(): Promise<{ next(): Promise<string> }> {
  const { headers } = await fetch(`${demo.url}/sign-in`, {
    method: "POST",
    body: new URLSearchParams({ tenant: "acme" }),
    headers: { origin: demo.url },
    redirect: "manual",
  });
  const answer = await fetch(`${demo.url}/billing/updates`, {
    headers: { cookie: headers.get("set-cookie") ?? "" },
  });
  if (answer.body === null) throw new Error("The stream of updates has no body.");
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  return { next: async () => (await reader.read()).value ?? "" };
}
