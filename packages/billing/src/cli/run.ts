import { BillingError } from "../errors.js";
import { closestName } from "./closest-name.js";
import type { Command } from "./command.js";
import { COMMANDS } from "./commands.js";
import { EXIT, type ExitCode } from "./exit-codes.js";
import { findMessage } from "./find-message.js";
import { describeCommand, describeCommands, describeUsage } from "./help.js";
import { type Terminal, withoutSecrets } from "./terminal.js";
import { UsageError } from "./usage-error.js";

/** Runs the command that the arguments name, and resolves to its exit code. Rejects never: every error is one sentence. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const safe = withoutSecrets(terminal);
  const isHelp = args[0] === "help" || args.some((arg) => arg === "--help" || arg === "-h");
  const words = args.filter((arg) => arg !== "--help" && arg !== "-h");
  if (args[0] === "help") words.shift();
  if (words.length === 1 && (words[0] === "--version" || words[0] === "-v")) {
    safe.out(`${safe.version}\n`);
    return EXIT.ok;
  }
  const command = findCommand(words);
  if (isHelp || command === undefined) return explain(words, command, isHelp, safe);
  try {
    return await command.run(words.slice(command.name.split(" ").length), safe);
  } catch (error) {
    return report(error, command, safe);
  }
}

/** The command whose words the arguments begin with; the longest of them, should there be two. */
function findCommand(words: readonly string[]): Command | undefined {
  return COMMANDS.filter(({ name }) => name.split(" ").every((word, index) => word === words[index]))
    .sort((a, b) => b.name.length - a.name.length)
    .at(0);
}

function explain(
  words: readonly string[],
  command: Command | undefined,
  isHelp: boolean,
  terminal: Terminal,
): ExitCode {
  const group = COMMANDS.filter(({ name }) => words[0] !== undefined && name.startsWith(`${words[0]} `));
  const help =
    command === undefined ? describeCommands(group.length > 0 ? group : COMMANDS) : describeCommand(command);
  if (isHelp) {
    terminal.out(help);
    return EXIT.ok;
  }
  terminal.err(words.length === 0 ? help : `${explainUnknown(words)}\n\n${help}`);
  return EXIT.misused;
}

function explainUnknown(words: readonly string[]): string {
  const typed = words
    .filter((word) => !word.startsWith("-"))
    .slice(0, 2)
    .join(" ");
  const meant = closestName(
    typed,
    COMMANDS.map(({ name }) => name),
  );
  return `There is no such command${meant === undefined ? "." : `. Did you mean billing ${meant}?`}`;
}

/** Codes of errors that a better command or setting avoids; every other error is of Stripe or of this package. */
const MISUSES: ReadonlySet<string> = new Set([
  "configuration",
  "invalid_argument",
  "reserved_metadata",
  "return_url_not_allowed",
  "tenant_context",
]);

function report(error: unknown, command: Command, terminal: Terminal): ExitCode {
  const isMisuse = error instanceof UsageError || (error instanceof BillingError && MISUSES.has(error.code));
  const message = findMessage(error) ?? "The command failed.";
  const request =
    error instanceof BillingError && error.requestId ? ` (Stripe's request: ${error.requestId})` : "";
  terminal.err(`${message}${request}\n`);
  if (isMisuse) terminal.err(`\n${describeUsage(command)}See billing ${command.name} --help.\n`);
  return isMisuse ? EXIT.misused : EXIT.failed;
}
