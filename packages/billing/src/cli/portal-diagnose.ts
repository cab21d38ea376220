import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { StripeBillingService } from "../billing-service.js";
import type { PortalCheck } from "../capabilities/portal/check.js";
import type { DiagnosePortalOptions, PortalDiagnosis } from "../capabilities/portal/diagnosis.js";
import type { PortalFlow } from "../capabilities/portal/flow.js";
import { createStripeClient, modeOf } from "../stripe/client.js";
import { metadataTenancy } from "../tenancy/strategies/metadata-tenancy.js";
import type { Terminal } from "./terminal.js";
import { UsageError } from "./usage-error.js";

export const PORTAL_DIAGNOSE_USAGE = `Usage: billing portal diagnose --tenant <id> [--customer <cus_…>] [options]

Looks at all that has to be right for a customer to reach the portal.

  --return-url <url>      where the portal's "return" link should lead
  --flow <type>           payment_method_update, customer_update, subscription_cancel, …
  --subscription <sub_…>  the flow's subscription
  --create-session        also open a session, and throw its address away
  --config <module>       a module that exports the application's StripeBillingService as "billing"
  --json                  print the diagnosis as JSON

Without --config a service is made of the key in STRIPE_SECRET_KEY (with STRIPE_API_BASE, for another server), and of:

  --configuration <bpc_…> the portal configuration; the account's default when left out
  --allow-origin <origin> an origin that return URLs may be on; may be given again
  --metadata-key <key>    the metadata key that names the tenant; tenantId when left out

Exit code: 0 without failures, 1 with failures, 2 when the command was not understood.
`;

const OPTIONS = {
  tenant: { type: "string" },
  customer: { type: "string" },
  "return-url": { type: "string" },
  flow: { type: "string" },
  subscription: { type: "string" },
  "create-session": { type: "boolean" },
  config: { type: "string" },
  configuration: { type: "string" },
  "allow-origin": { type: "string", multiple: true },
  "metadata-key": { type: "string" },
  json: { type: "boolean" },
} as const;

type Values = ReturnType<typeof parseValues>;

export async function portalDiagnose(args: readonly string[], { env, out }: Terminal): Promise<number> {
  const values = parseValues(args);
  const { tenant, customer } = values;
  if (tenant === undefined) throw new UsageError("--tenant is needed.");
  const service = values.config === undefined ? createService(values, env) : await loadService(values.config);
  const diagnosis = await service.forTenant(tenant).diagnosePortal(toOptions(values));
  const title = `The portal of tenant ${tenant}${customer === undefined ? "" : `, customer ${customer}`}`;
  out(values.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : formatReport(title, diagnosis));
  return diagnosis.ok ? 0 : 1;
}

function parseValues(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : "The options were not understood.");
  }
}

function toOptions(values: Values): DiagnosePortalOptions {
  const { customer, flow, subscription, "return-url": returnUrl } = values;
  return {
    ...(customer === undefined ? {} : { customerId: customer }),
    ...(returnUrl === undefined ? {} : { returnUrl }),
    // Whatever it is, the diagnosis says so.
    ...(flow === undefined
      ? {}
      : { flow: { type: flow, ...(subscription && { subscriptionId: subscription }) } as PortalFlow }),
    ...(values["create-session"] ? { createSession: true } : {}),
  };
}

function createService(values: Values, env: Terminal["env"]): StripeBillingService {
  const secretKey = env["STRIPE_SECRET_KEY"];
  const mode = modeOf(secretKey ?? "");
  if (secretKey === undefined || mode === undefined) {
    throw new UsageError("STRIPE_SECRET_KEY must hold a secret or restricted key.");
  }
  const { configuration, "allow-origin": allowed, "metadata-key": key } = values;
  return new StripeBillingService({
    stripe: createStripeClient(secretKey, parseApiBase(env["STRIPE_API_BASE"])),
    mode,
    tenancy: metadataTenancy(key === undefined ? {} : { key }),
    portal: { configuration, allowedReturnOrigins: allowed },
  });
}

function parseApiBase(text: string | undefined): URL | undefined {
  if (text === undefined) return undefined;
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text);
  throw new UsageError('STRIPE_API_BASE must be a URL such as "http://127.0.0.1:4243".');
}

async function loadService(path: string): Promise<StripeBillingService> {
  const module: unknown = await import(pathToFileURL(resolve(path)).href);
  const service = typeof module === "object" && module !== null ? Reflect.get(module, "billing") : undefined;
  if (service instanceof StripeBillingService) return service;
  throw new UsageError('--config must be a module that exports a StripeBillingService as "billing".');
}

function formatReport(title: string, { checks }: PortalDiagnosis): string {
  const lines = checks.flatMap(({ check, status, fact, advice }) => [
    `  ${status.padEnd(8)} ${check.padEnd(14)} ${fact}`,
    ...(advice === null ? [] : [`${" ".repeat(26)}→ ${advice}`]),
  ]);
  const count = (wanted: PortalCheck["status"]) => checks.filter(({ status }) => status === wanted).length;
  const summary = `${count("failure")} failed, ${count("warning")} to look at, ${count("ok")} right.`;
  return `${title}\n\n${lines.join("\n")}\n\n${summary}\n`;
}
