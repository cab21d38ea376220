import type { AccountExamination } from "../../operator/doctor/account-check.js";
import { checkWebhooks, WEBHOOK_OPTIONS } from "../check-webhooks.js";
import { type Command, defineCommand } from "../command.js";
import { EXIT } from "../exit-codes.js";
import { OPERATOR_OPTIONS, openOperator } from "../operator.js";
import { withReceiver } from "../receiver.js";
import { openClient, SERVICE_DETAILS } from "../service.js";
import { UsageError } from "../usage-error.js";

/** Checks what a service needs of its account. */
export const doctor: Command = defineCommand({
  name: "doctor",
  summary: "checks the key, its permissions, the API version, the portal, the marks and the webhooks",
  details: `Reads, and changes nothing. About a dozen requests.

  billing doctor
  billing doctor --url https://app.example.com/webhooks/stripe --events-from ./webhooks.mjs

The second form checks your webhooks too, as billing webhooks check does, with the key in STRIPE_SECRET_KEY.

${SERVICE_DETAILS}`,
  options: { json: { help: "print the checks as JSON" }, ...OPERATOR_OPTIONS, ...WEBHOOK_OPTIONS },
  run: async (values, terminal) => {
    const { url, "events-from": module } = values;
    if ((url === undefined) !== (module === undefined)) {
      throw new UsageError("--url and --events-from are needed together: they are compared with each other.");
    }
    const operator = await openOperator(values, terminal);
    const account = await operator.examineAccount();
    const webhooks =
      url === undefined || module === undefined
        ? []
        : await withReceiver("events-from", module, (receiver) =>
            checkWebhooks(openClient(terminal.env).stripe, url, receiver),
          );
    const checks = [...account.checks, ...webhooks];
    const examination = { ok: checks.every(({ status }) => status !== "failure"), checks };
    terminal.out(
      values.json ? `${JSON.stringify(examination, undefined, 2)}\n` : formatExamination(examination),
    );
    return examination.ok ? EXIT.ok : EXIT.found;
  },
});

function formatExamination({ checks }: AccountExamination): string {
  const lines = checks.flatMap(({ check, status, fact, advice }) => [
    `  ${status.padEnd(8)} ${check.padEnd(12)} ${fact}`,
    ...(advice === null ? [] : [`${" ".repeat(24)}→ ${advice}`]),
  ]);
  const count = (wanted: string) => checks.filter(({ status }) => status === wanted).length;
  return `${lines.join("\n")}\n\n${count("failure")} failed, ${count("warning")} to look at, ${count("ok")} right.\n`;
}
