/** Where an editor leads from an application's code, as TypeScript's own server says, on the packages as they are built. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../..");

const APPLICATION = `
import { BillingError, StripeBillingService, type CancelSubscriptionOptions } from "@repo/billing";
import { isEntitled } from "@repo/billing/client";
import { postgresInbox } from "@repo/billing/postgres";
import { createWebhookReceiver } from "@repo/billing/webhooks";
import { startLocalStripe, type PlannedFault } from "@repo/local-stripe";

const billing = new StripeBillingService({ secretKey: "sk_test_12345678", catalog: { cacheSeconds: 60 } });
const subscription = await billing.forTenant("acme").getSubscription("sub_1");
console.log(subscription.currentPeriodEnd, BillingError, isEntitled, postgresInbox, createWebhookReceiver);
const local = await startLocalStripe({ searchDelayMs: 5 });
await local.settled();
export type { CancelSubscriptionOptions, PlannedFault };
`;

/** What is asked for by its last mention, and where it is declared. */
const DECLARED = {
  StripeBillingService: "billing/src/billing-service.ts",
  BillingError: "billing/src/billing-error.ts",
  cacheSeconds: "billing/src/capabilities/catalog/catalog.ts",
  forTenant: "billing/src/billing-service.ts",
  getSubscription: "billing/src/billing-service.ts",
  currentPeriodEnd: "billing/src/views/subscription.ts",
  isEntitled: "billing/src/views/subscription-status.ts",
  postgresInbox: "billing/src/webhooks/inbox/postgres/postgres-inbox.ts",
  createWebhookReceiver: "billing/src/webhooks/webhook-receiver.ts",
  CancelSubscriptionOptions: "billing/src/capabilities/subscriptions/cancel.ts",
  startLocalStripe: "local-stripe/src/local-stripe.ts",
  settled: "local-stripe/src/local-stripe.ts",
  searchDelayMs: "local-stripe/src/options.ts",
  PlannedFault: "local-stripe/src/http/faults.ts",
};

describe("an editor's way to a definition", () => {
  let folder: string;
  let server: ChildProcess;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "edited-application-"));
    mkdirSync(join(folder, "node_modules/@repo"), { recursive: true });
    for (const name of ["billing", "local-stripe"])
      symlinkSync(join(PACKAGES, name), join(folder, "node_modules/@repo", name), "dir");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(
      join(folder, "tsconfig.json"),
      '{ "compilerOptions": { "module": "nodenext", "types": [] } }',
    );
    writeFileSync(join(folder, "application.ts"), APPLICATION);
    server = fork(createRequire(import.meta.url).resolve("typescript/lib/tsserver.js"), ["--useNodeIpc"], {
      stdio: "ignore",
    });
    const file = join(folder, "application.ts");
    server.send(request(0, "open", { file }));
    // Its first answer waits until it has read all declarations, those of stripe among them.
    await define(server, { file, line: 1, offset: 1 });
  }, 300_000);
  afterAll(() => {
    server.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(Object.entries(DECLARED))("leads to the source of %s", async (name, source) => {
    const offset = APPLICATION.lastIndexOf(name);
    const before = APPLICATION.slice(0, offset).split("\n");
    const position = { line: before.length, offset: (before.at(-1)?.length ?? 0) + 1 };
    const [found] = await define(server, { file: join(folder, "application.ts"), ...position });
    expect(relative(PACKAGES, found?.file ?? "")).toBe(source);
    const line = readFileSync(join(PACKAGES, source), "utf8").split("\n")[(found?.start.line ?? 0) - 1];
    expect(line).toContain(name);
  });
});

interface Definition {
  readonly file: string;
  readonly start: { readonly line: number; readonly offset: number };
}

interface Message {
  readonly request_seq?: number;
  readonly body?: readonly Definition[];
}

let sequence = 0;

function define(server: ChildProcess, place: object): Promise<readonly Definition[]> {
  sequence += 1;
  const asked = sequence;
  server.send(request(asked, "definition", place));
  return new Promise((settle) => {
    server.on("message", function listen(message: Message) {
      if (message.request_seq !== asked) return;
      server.off("message", listen);
      settle(message.body ?? []);
    });
  });
}

function request(seq: number, command: string, args: object): object {
  return { seq, type: "request", command, arguments: args };
}
