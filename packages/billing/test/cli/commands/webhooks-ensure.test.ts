import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NEWEST_API_VERSION } from "../../../src/api-version.js";
import { type StripeWorld, startStripeWorld } from "../../stripe-world.js";
import { runCli } from "../run-cli.js";

const URL = "https://app.example.com/webhooks/stripe";
const BOTH = "invoice.paid,v1.invoice.paid,customer.subscription.updated";

let world: StripeWorld;
let folder: string;
let files: number;
beforeEach(async () => {
  world = await startStripeWorld({ accounts: ["acct_1"] });
  folder = await mkdtemp(join(tmpdir(), "billing-secrets-"));
  files = 0;
});
afterEach(async () => {
  await world.close();
  await rm(folder, { recursive: true });
});

const newFile = () => {
  files += 1;
  return join(folder, `secrets-${files}.env`);
};
const ensureWithoutFile = (...args: readonly string[]) =>
  runCli({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url }, [
    "webhooks",
    "ensure",
    ...args,
  ]);
const ensure = (...args: readonly string[]) => ensureWithoutFile(...args, "--secrets-to", newFile());
const destinations = async () =>
  (await world.stripe.v2.core.eventDestinations.list({ include: ["webhook_endpoint.url"] })).data;

describe("billing webhooks ensure", () => {
  it("makes an endpoint of each family, with the API version pinned", async () => {
    const { code, out } = await ensure("--url", URL, "--events", BOTH);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^snapshot \w+: created\nsnapshot signing secret: STRIPE_WEBHOOK_SECRET\nthin \w+: created\nthin signing secret: STRIPE_THIN_WEBHOOK_SECRET\n$/,
    );
    expect(
      (await destinations()).toSorted((a, b) => (a.event_payload < b.event_payload ? -1 : 1)),
    ).toMatchObject([
      {
        event_payload: "snapshot",
        events_from: ["@self"],
        snapshot_api_version: NEWEST_API_VERSION,
        enabled_events: ["customer.subscription.updated", "invoice.paid"],
        webhook_endpoint: { url: URL },
      },
      { event_payload: "thin", enabled_events: ["v1.invoice.paid"], webhook_endpoint: { url: URL } },
    ]);
  });

  it.each([[[]], [["--json"]]])(
    "writes the secrets to a file for its owner alone, and prints none %j",
    async (more) => {
      const file = newFile();
      const { out, err } = await ensureWithoutFile(
        "--url",
        URL,
        "--events",
        BOTH,
        "--secrets-to",
        file,
        ...more,
      );
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const lines = (await readFile(file, "utf8")).replaceAll(/we_\w+|ed_\w+/g, "<id>").split("\n");
      expect(lines).toEqual([
        "# snapshot events, <id>",
        expect.stringMatching(/^STRIPE_WEBHOOK_SECRET=whsec_\w{20,}$/),
        "# thin events, <id>",
        expect.stringMatching(/^STRIPE_THIN_WEBHOOK_SECRET=whsec_\w{20,}$/),
        "",
      ]);
      expect(err).toBe(`The signing secrets are in ${file}.\n`);
      expect(out).not.toContain("whsec_");
    },
  );

  it("makes no endpoint without a file for its secret, or with one that exists, which it leaves as it was", async () => {
    const file = newFile();
    await writeFile(file, "kept");
    for (const [args, says] of [
      [[], "name a new file for it with --secrets-to <file>"],
      [["--secrets-to", file], "--secrets-to names a file that exists"],
      [["--secrets-to", join(folder, "none", "secrets")], "--secrets-to could not be created"],
    ] as const) {
      const { code, out, err } = await ensureWithoutFile("--url", URL, "--events", BOTH, ...args);
      expect(err).toContain(says);
      expect({ code, out }).toEqual({ code: 2, out: "" });
    }
    expect(await readFile(file, "utf8")).toBe("kept");
    expect(await destinations()).toEqual([]);
  });

  it("leaves no file when Stripe makes no endpoint, and needs none when all are there", async () => {
    const file = newFile();
    world.local.faults.add({ kind: "lock_timeout", method: "POST", path: /event_destinations/, times: 9 });
    const args = ["--url", URL, "--events", BOTH] as const;
    expect((await ensureWithoutFile(...args, "--secrets-to", file)).code).toBe(3);
    await expect(stat(file)).rejects.toThrow("ENOENT");
    world.local.faults.clear();
    await ensure(...args);
    expect(await ensureWithoutFile(...args, "--secrets-to", file)).toMatchObject({ code: 0, err: "" });
    await expect(stat(file)).rejects.toThrow("ENOENT");
  });

  it("makes nothing twice", async () => {
    await ensure("--url", URL, "--events", BOTH);
    const { code, out } = await ensure("--url", URL, "--events", BOTH);
    expect(out).toMatch(/^snapshot \w+: as it should be\nthin \w+: as it should be\n$/);
    expect(code).toBe(0);
    expect(await destinations()).toHaveLength(2);
  });

  it("gives an endpoint that is there exactly the events that have a handler", async () => {
    await ensure("--url", URL, "--events", "invoice.paid,invoice.created");
    const { out } = await ensure("--url", URL, "--events", "invoice.paid,customer.updated", "--json");
    expect(JSON.parse(out)).toMatchObject([{ family: "snapshot", change: "events changed", problems: [] }]);
    expect(await destinations()).toMatchObject([{ enabled_events: ["customer.updated", "invoice.paid"] }]);
  });

  it("reads the events from the application's receiver", async () => {
    const module = fileURLToPath(new globalThis.URL("../own-webhooks.ts", import.meta.url));
    const { code } = await ensure("--url", URL, "--events-from", module);
    expect(code).toBe(0);
    expect(await destinations()).toMatchObject([{ enabled_events: ["customer.subscription.updated"] }]);
  });

  it("keeps the endpoint of connected accounts apart from your own", async () => {
    await ensure("--url", URL, "--events", "invoice.paid");
    const { out } = await ensure("--url", URL, "--events", "invoice.paid", "--connect");
    expect(out).toMatch(/^snapshot \w+: created/);
    expect((await destinations()).map(({ events_from }) => (events_from ?? []).join(" ")).sort()).toEqual([
      "@accounts",
      "@self",
    ]);
  });

  it("exits with 1 for what has to be changed by hand: disabled, doubled, another API version", async () => {
    const make = (version: string) =>
      world.stripe.v2.core.eventDestinations.create({
        name: "old",
        type: "webhook_endpoint",
        event_payload: "snapshot",
        snapshot_api_version: version,
        enabled_events: ["invoice.paid"],
        webhook_endpoint: { url: URL },
      });
    const versions = ["2025-03-31.basil", NEWEST_API_VERSION];
    const made = [];
    for (const version of versions) made.push(await make(version));
    for (const { id } of made) await world.stripe.v2.core.eventDestinations.disable(id);
    const { code, out } = await ensure("--url", URL, "--events", "invoice.paid");
    expect(code).toBe(1);
    expect(out).toContain("It is disabled");
    expect(out).toContain("has the same URL and family");
    await world.stripe.v2.core.eventDestinations.del(made[1]?.id ?? "");
    expect((await ensure("--url", URL, "--events", "invoice.paid")).out).toContain(
      "It sends API version 2025-03-31.basil",
    );
  });

  it.each([
    { args: ["--events", "invoice.paid"], says: "--url <url> is needed." },
    { args: ["--url", "app.example.com", "--events", "invoice.paid"], says: "--url must be a URL" },
    { args: ["--url", URL], says: "Either --events-from or --events is needed." },
    { args: ["--url", URL, "--events", "invoice.payed"], says: "Did you mean invoice.paid?" },
    { args: ["--url", URL, "--events", "a", "--events-from", "b"], says: "Either --events-from or --events" },
  ])("refuses $args in one sentence, with code 2, and changes nothing", async ({ args, says }) => {
    const { code, out, err } = await ensure(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(await destinations()).toEqual([]);
  });

  it("exits with 3 when Stripe refuses, and shows no key", async () => {
    const key = world.local.createRestrictedKey([]);
    const { code, err } = await runCli({ STRIPE_SECRET_KEY: key, STRIPE_API_BASE: world.local.url }, [
      "webhooks",
      "ensure",
      "--url",
      URL,
      "--events",
      "invoice.paid",
      "--secrets-to",
      newFile(),
    ]);
    expect(code).toBe(3);
    expect(err).not.toContain(key);
  });
});
