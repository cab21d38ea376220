import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StripeWorld, startStripeWorld } from "../../stripe-world.js";
import { database } from "../own-durable-webhooks.js";
import { runCli } from "../run-cli.js";

const module = fileURLToPath(new URL("../own-webhooks.ts", import.meta.url));
const durableModule = fileURLToPath(new URL("../own-durable-webhooks.ts", import.meta.url));
const TYPE = "customer.subscription.updated";

let world: StripeWorld;
let server: Server;
let status: number;
let url: string;
beforeEach(async () => {
  world = await startStripeWorld({ webhookRetryDelaysMs: [] });
  status = 400;
  server = createServer((_request, response) => response.writeHead(status, { location: "/other" }).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhooks`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await world.close();
});

const webhooks = (...args: readonly string[]) =>
  runCli({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url }, [
    "webhooks",
    ...args,
  ]);
const ensure = async (...args: readonly string[]) => {
  const folder = await mkdtemp(join(tmpdir(), "billing-secrets-"));
  await webhooks("ensure", "--url", url, "--secrets-to", join(folder, "secrets"), ...args);
  await rm(folder, { recursive: true });
};
const doctor = (...args: readonly string[]) =>
  runCli({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url }, ["doctor", ...args]);
const check = () => webhooks("check", "--url", url, "--events-from", module);

describe("billing webhooks check", () => {
  it("finds nothing wrong after billing webhooks ensure", async () => {
    await ensure("--events-from", module);
    const { code, out } = await check();
    expect(out).toMatch(/ok +answer .*\n +ok +snapshot .*\n +ok +delivered .*\n +warning +inbox /);
    expect(code).toBe(0);
  });

  it.each([
    [307, "Stripe follows no redirects"],
    [200, "Something other than the receiver answers"],
    [404, "answered with 404"],
    [503, "answered with 503"],
  ])("fails an endpoint that answers %i", async (answered, says) => {
    status = answered;
    const { code, out } = await check();
    expect(out).toContain(says);
    expect(code).toBe(1);
  });

  it("fails an endpoint that does not answer", async () => {
    server.close();
    expect((await check()).out).toContain("The URL does not answer.");
  });

  it("compares the endpoints with the handlers", async () => {
    expect((await check()).out).toContain("No endpoint sends snapshot events to the URL");
    await ensure("--events", "invoice.paid");
    expect((await check()).out).toContain(`does not send ${TYPE}`);
    await ensure("--events", `${TYPE},invoice.paid`);
    const { code, out } = await check();
    expect(out).toContain("sends invoice.paid, for which there is no handler");
    expect(code).toBe(0);
    const { data } = await world.stripe.v2.core.eventDestinations.list();
    await world.stripe.v2.core.eventDestinations.disable(data[0]?.id ?? "");
    expect((await check()).out).toContain("is disabled");
  });

  it("warns of an inbox that lasts as long as its process, and not of one that outlives it", async () => {
    expect((await check()).out).toContain("The receiver's inbox lasts as long as its process.");
    const { out } = await webhooks("check", "--url", url, "--events-from", durableModule);
    expect(out).toMatch(/ok +inbox +The inbox outlives its process: 0 events at work, 0 waiting, 0 dead\./);
  });

  it("fails an inbox that cannot be used, such as one without its tables", async () => {
    database.exec("DROP TABLE billing_inbox_open");
    const { code, out } = await webhooks("check", "--url", url, "--events-from", durableModule);
    expect(out).toContain("The inbox cannot be used:");
    expect(code).toBe(1);
  });

  it("is part of billing doctor, with a URL and a module", async () => {
    await ensure("--events-from", module);
    status = 307;
    const { code, out } = await doctor("--url", url, "--events-from", module);
    expect(out).toMatch(/ok +key .*[\s\S]*failure +answer .*307[\s\S]*ok +snapshot .*[\s\S]*warning +inbox /);
    expect(code).toBe(1);
    expect((await doctor()).out).not.toMatch(/ answer /);
    for (const half of [
      ["--url", url],
      ["--events-from", module],
    ])
      expect(await doctor(...half)).toMatchObject({
        code: 2,
        err: expect.stringContaining("needed together"),
      });
  });

  it("tells of events that were not acknowledged", async () => {
    await ensure("--events", TYPE);
    world.local.webhooks.hold();
    const { subscriptionId } = await world.addTenant("acme");
    await world.stripe.subscriptions.update(subscriptionId, { metadata: { seats: "2" } });
    const { out } = await check();
    expect(out).toContain("Not acknowledged by every endpoint yet: 1 of the events");
    await world.local.webhooks.release();
  });
});
