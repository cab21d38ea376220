import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { application } from "./own-webhooks.js";
import { runCli } from "./run-cli.js";

const config = fileURLToPath(new URL("./own-webhooks.ts", import.meta.url));
const events = (...args: readonly string[]) => runCli({}, ["events", ...args, "--config", config]);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "billing-events-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe.sequential("billing events", () => {
  it("reconcile handles what never arrived, and keeps how far it came", async () => {
    const cursor = join(folder, "cursor");
    const { closed } = application;
    const first = await events("reconcile", "--since", "1h", "--cursor", cursor);
    expect(first).toEqual({
      code: 1,
      out: "5 events listed, 4 recovered, 0 to be tried again. 1 dead: billing events list has them.\n",
      err: "",
    });
    expect(JSON.parse(await readFile(cursor, "utf8"))).toHaveProperty("fromSeconds");
    const second = await events("reconcile", "--cursor", cursor, "--json");
    expect(JSON.parse(second.out)).toMatchObject({ recovered: 0, unsettled: 0, dead: 1 });
    expect(second.code).toBe(1);
    expect(application.closed).toBe(closed + 2);
  });

  it("reconcile goes through the accounts it is given", async () => {
    const { out } = await events("reconcile", "--since", "1h", "--account", "acct_1", "--account", "acct_2");
    expect(out).toContain("1 events listed, 1 recovered");
  });

  it("reconcile goes through the others when there is no access to one, and exits with 1", async () => {
    const { code, out } = await events(
      "reconcile",
      "--since",
      "1h",
      "--account",
      "acct_gone",
      "--account",
      "acct_1",
    );
    expect(out).toBe(
      "1 events listed, 0 recovered, 0 to be tried again. The API key has no access to acct_gone.\n",
    );
    expect(code).toBe(1);
  });

  it("list has the dead ones with their error, secrets cut out, and exits with 1", async () => {
    const { code, out } = await events("list");
    expect(out).toMatch(
      /^\S+Z evt_2 customer\.subscription\.updated test after 1 attempts: Error: the mailer/,
    );
    expect(out).not.toContain("0123456789abcdef");
    expect(code).toBe(1);
    expect(JSON.parse((await events("list", "--json")).out)).toMatchObject([{ key: { eventId: "evt_2" } }]);
  });

  it("show has the whole error of one", async () => {
    const { code, out } = await events("show", "--event", "evt_2");
    expect(out).toMatch(
      /^evt_2 customer\.subscription\.updated test\ndead since .*after 1 attempts\n\nError: the mailer/,
    );
    expect(out).toContain("own-webhooks.ts");
    expect(code).toBe(0);
    for (const other of [
      ["--event", "evt_1"],
      ["--event", "evt_2", "--live"],
      ["--event", "evt_2", "--account", "acct_1"],
    ])
      expect(await events("show", ...other)).toMatchObject({ code: 1, out: "" });
  });

  it("requeue tries one once more, and exits with 1 while it fails", async () => {
    const failed = await events("requeue", "--event", "evt_2");
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.out).toMatch(/^evt_2 dead the mailer .* is down\n$/);
    expect(await events("requeue", "--event", "evt_1")).toMatchObject({ code: 1, out: "evt_1 not dead\n" });
    application.broken = undefined;
    expect(await events("requeue", "--all")).toEqual({ code: 0, out: "evt_2 handled\n", err: "" });
    expect(await events("requeue", "--all")).toMatchObject({ code: 0, out: "" });
    expect(await events("list")).toEqual({ code: 0, out: "No events are dead.\n", err: "" });
    expect(await events("reconcile", "--since", "1h")).toMatchObject({ code: 0 });
  });

  it.each([
    { args: ["reconcile"], says: "--since <time> is needed" },
    { args: ["reconcile", "--since", "yesterday"], says: "--since must be a date" },
    { args: ["reconcile", "--since", "31d"], says: "Stripe lists the events of 30 days" },
    {
      args: ["reconcile", "--since", "1h", "--rate", "0"],
      says: "--rate must be a whole number from 1 to 1000",
    },
    {
      args: ["reconcile", "--since", "1h", "--account", "acct_1", "--account", "cus_x"],
      says: '--account must be a connected account\'s id, acct_…, not "cus_x".\n',
    },
    {
      args: ["reconcile", "--objects", "--account", "acct x"],
      says: "--account must be a connected account",
    },
    {
      args: ["requeue", "--event", "evt_1", "--account", "cus_x"],
      says: "--account must be a connected account",
    },
    {
      args: ["show", "--event", "evt_1", "--account", "cus_x"],
      says: "--account must be a connected account",
    },
    { args: ["requeue"], says: "Either --event or --all is needed." },
    { args: ["requeue", "--all", "--event", "evt_1"], says: "Either --event or --all is needed." },
    { args: ["show"], says: "--event <evt_…> is needed." },
  ])("$args is refused in one sentence, with code 2", async ({ args, says }) => {
    const { code, out, err } = await events(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("needs a module with a receiver", async () => {
    const other = fileURLToPath(new URL("./offline-service.ts", import.meta.url));
    const { code, err } = await runCli({}, ["events", "list", "--config", other]);
    expect(err).toContain("--config must be a module that exports what createWebhookReceiver made");
    expect(code).toBe(2);
  });
});
