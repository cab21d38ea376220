/** The declarations as applications compile them, by the oldest TypeScript that is promised and by those of today. */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const ROOT = resolve(import.meta.dirname, "../../..");

/** The names under which they are installed, and what each says of itself. */
const COMPILERS = { "typescript-5.4": "5.4.5", typescript: "6.0.3", "typescript-7": "7.0.2" };

it.each(Object.entries(COMPILERS))(
  "are taken by %s, in a strict application that checks libraries",
  {
    timeout: 120_000,
  },
  async (name, version) => {
    const compiler = join(ROOT, "node_modules", name, "lib/tsc.js");
    expect(await runNode(compiler, "--version")).toBe(`Version ${version}`);
    expect(await runNode(compiler, "--project", makeApplication())).toBe("");
  },
);

const APPLICATION = `
import { BillingError, StripeBillingService, type Subscription } from "@repo/billing";
import { formatAmount, isEntitled } from "@repo/billing/client";
import { postgresInbox } from "@repo/billing/postgres";
import { checkTenantIsolation } from "@repo/billing/testing";
import { createWebhookReceiver } from "@repo/billing/webhooks";
import { startLocalStripe } from "@repo/local-stripe";
import Stripe from "stripe";

const local = await startLocalStripe();
export const billing = new StripeBillingService({
  stripe: new Stripe(local.secretKey),
  portal: { returnUrl: "https://app.example.com/billing" },
});

export async function cancel(tenantId: string, subscriptionId: string): Promise<Subscription | undefined> {
  try {
    return await billing.forTenant(tenantId).cancelSubscription(subscriptionId, { when: "period_end" });
  } catch (error) {
    if (error instanceof BillingError && error.code === "not_found") return undefined;
    throw error;
  }
}

export const webhooks = createWebhookReceiver({
  signingSecrets: ["whsec_0123456789abcdefghijklmnopqrstuv"],
  billing,
  on: {
    "invoice.paid": async (event, { tenantId }) => {
      const paid: string = formatAmount(event.data.object.amount_paid, event.data.object.currency);
      console.log(tenantId, paid);
    },
  },
});

// @ts-expect-error -- There is no such moment.
await billing.forTenant("acme").cancelSubscription("sub_1", { when: "period-end" });
// @ts-expect-error -- There is no such event.
createWebhookReceiver({ signingSecrets: [], billing, on: { "invoice.payed": async () => {} } });

export const open = (subscription: Subscription): boolean => isEntitled(subscription);
export const checks = [checkTenantIsolation, postgresInbox] as const;
`;

const TSCONFIG = {
  compilerOptions: {
    target: "es2022",
    lib: ["es2023", "dom", "dom.iterable"],
    types: ["node"],
    module: "nodenext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
  },
};

/** Outside the repository, with what an application installs. */
function makeApplication(): string {
  const folder = mkdtempSync(join(tmpdir(), "typed-application-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, target] of Object.entries({
    "@repo/billing": "packages/billing",
    "@repo/local-stripe": "packages/local-stripe",
    stripe: "node_modules/stripe",
    "@types/node": "node_modules/@types/node",
  })) {
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, target), link, "dir");
  }
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  writeFileSync(join(folder, "application.ts"), APPLICATION);
  return folder;
}

/** Resolves to what the program prints, however it ends. */
function runNode(...args: readonly string[]): Promise<string> {
  return promisify(execFile)(process.execPath, args).then(
    ({ stdout }) => stdout.trim(),
    ({ stdout }: { readonly stdout: string }) => stdout.trim(),
  );
}
