import type { AccountExamination } from "../operator/doctor/account-check.js";
import { type Command, defineCommand } from "./command.js";
import { EXIT } from "./exit-codes.js";
import { OPERATOR_OPTIONS, openOperator } from "./operator.js";
import { SERVICE_DETAILS } from "./service.js";

/** Checks what a service needs of its account. */
export const doctor: Command = defineCommand({
  name: "doctor",
  summary: "checks the key, its permissions, the API version, the portal and the marks",
  details: `Reads, and changes nothing. About a dozen requests.\n\n${SERVICE_DETAILS}`,
  options: { json: { help: "print the checks as JSON" }, ...OPERATOR_OPTIONS },
  run: async (values, terminal) => {
    const operator = await openOperator(values, terminal);
    const examination = await operator.examineAccount();
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
