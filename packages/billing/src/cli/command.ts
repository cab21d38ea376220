import type { ExitCode } from "./exit-codes.js";
import { type OptionTable, type OptionValues, readOptions } from "./option-table.js";
import type { Terminal } from "./terminal.js";

/** What one command is made of. */
export interface CommandDefinition<T extends OptionTable> {
  /** The words that call it, such as `portal diagnose`. */
  readonly name: string;
  /** One line for the list of commands, beginning with a verb. */
  readonly summary: string;
  /** What its help says besides: what it reads, what it changes, an example. */
  readonly details?: string;
  readonly options: T;
  readonly run: (values: OptionValues<T>, terminal: Terminal) => Promise<ExitCode>;
}

/** A command of whatever options, as the table of commands holds it. */
export interface Command extends Omit<CommandDefinition<OptionTable>, "run"> {
  /** @throws UsageError when the arguments were not understood. */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<ExitCode>;
}

/** Makes a command, whose options are read and checked before it runs. */
export function defineCommand<const T extends OptionTable>(definition: CommandDefinition<T>): Command {
  return {
    ...definition,
    run: async (args, terminal) => definition.run(readOptions(args, definition.options), terminal),
  };
}
