import type { Command } from "./command.js";

const EXIT_CODES = `Exit codes: 0 no failures, perhaps warnings, 1 something was found, 2 the command or its settings were not understood,
3 it could not be finished.
`;

/** The help of all commands, or of those of one group. */
export function describeCommands(commands: readonly Command[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`);
  const [example] = commands;
  return `Usage: billing <command> [options]

${lines.join("\n")}

billing <command> --help explains a command, such as: billing ${example?.name ?? ""} --help
billing --version prints the version.

${EXIT_CODES}`;
}

export function describeCommand({ name, summary, details, options }: Command): string {
  const entries = Object.entries(options);
  const flags = entries.map(([flag, { value }]) => `--${flag}${value === undefined ? "" : ` ${value}`}`);
  const width = Math.max(...flags.map((flag) => flag.length));
  const lines = entries.map(
    ([, { help, multiple }], index) =>
      `  ${(flags[index] ?? "").padEnd(width)}  ${help}${multiple ? "; may be given again" : ""}`,
  );
  const intro = summary.charAt(0).toUpperCase() + summary.slice(1);
  return `${describeUsage({ name, options })}
${intro}.${details === undefined ? "" : `\n\n${details.trim()}`}

${lines.join("\n")}

${EXIT_CODES}`;
}

/** One line: the command with the options that it needs. */
export function describeUsage({ name, options }: Pick<Command, "name" | "options">): string {
  const needed = Object.entries(options).flatMap(([flag, { value, required }]) =>
    required ? ` --${flag}${value === undefined ? "" : ` ${value}`}` : [],
  );
  return `Usage: billing ${name}${needed.join("")} [options]\n`;
}
