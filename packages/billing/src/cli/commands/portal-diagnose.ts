import type { PortalCheck } from "../../capabilities/portal/check.js";
import type { DiagnosePortalOptions, PortalDiagnosis } from "../../capabilities/portal/diagnosis.js";
import type { PortalFlow } from "../../capabilities/portal/flow.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import type { OptionTable, OptionValues } from "../option-table.js";
import { openService, SERVICE_DETAILS, SERVICE_OPTIONS } from "../service.js";

const OPTIONS = {
  tenant: { value: "<id>", help: "the tenant whose customer it is", required: true },
  customer: { value: "<cus_…>", help: "the customer; may be left out if the directory knows it" },
  "return-url": { value: "<url>", help: 'where the portal\'s "return" link should lead' },
  flow: { value: "<type>", help: "payment_method_update, customer_update, subscription_cancel, …" },
  subscription: { value: "<sub_…>", help: "the flow's subscription" },
  "create-session": { help: "also open a session, and discard its URL" },
  json: { help: "print the diagnosis as JSON" },
  ...SERVICE_OPTIONS,
  configuration: {
    value: "<bpc_…>",
    help: "without --config: the portal configuration (default: the account's)",
  },
  "allow-origin": {
    value: "<origin>",
    help: "without --config: an origin that return URLs may be on",
    multiple: true,
  },
} as const satisfies OptionTable;

type Values = OptionValues<typeof OPTIONS>;

/** Says what keeps a customer from the portal. */
export const portalDiagnose: Command = defineCommand({
  name: "portal diagnose",
  summary: "checks everything that a customer needs to reach the portal",
  details: SERVICE_DETAILS,
  options: OPTIONS,
  run: async (values, terminal) => {
    const { tenant, customer, configuration, "allow-origin": allowedReturnOrigins } = values;
    const service = await openService(values, terminal, { configuration, allowedReturnOrigins });
    const diagnosis = await service.forTenant(tenant).diagnosePortal(toOptions(values));
    const title = `The portal of tenant ${tenant}${customer === undefined ? "" : `, customer ${customer}`}`;
    terminal.out(
      values.json ? `${JSON.stringify(diagnosis, undefined, 2)}\n` : formatReport(title, diagnosis),
    );
    const isInvisible = diagnosis.checks.some((one) => one.check === "customer" && one.status === "failure");
    if (isInvisible && customer !== undefined) {
      terminal.err(
        `An operator can ask why the tenant does not see it: billing diagnose --object ${customer}\n`,
      );
    }
    return diagnosis.ok ? EXIT.ok : EXIT.found;
  },
});

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

function formatReport(title: string, { checks }: PortalDiagnosis): string {
  const lines = checks.flatMap(({ check, status, fact, advice }) => [
    `  ${status.padEnd(8)} ${check.padEnd(14)} ${fact}`,
    ...(advice === null ? [] : [`${" ".repeat(26)}→ ${advice}`]),
  ]);
  const count = (wanted: PortalCheck["status"]) => checks.filter(({ status }) => status === wanted).length;
  const summary = `${count("failure")} failed, ${count("warning")} to look at, ${count("ok")} right.`;
  return `${title}\n\n${lines.join("\n")}\n\n${summary}\n`;
}
