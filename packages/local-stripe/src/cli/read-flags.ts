import { type ParseArgsConfig, parseArgs } from "node:util";
import { UsageError } from "./usage-error.js";

export type FlagTypes = NonNullable<ParseArgsConfig["options"]>;
export type Flags = Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;

/** @throws UsageError for a flag that is unknown or lacks its value, and for anything that is no flag. */
export function readFlags(args: readonly string[], options: FlagTypes): Flags {
  const config: ParseArgsConfig = { args: [...args], options, strict: true };
  try {
    return parseArgs(config).values;
  } catch (error) {
    // Node explains its sentence in others, which tell of flags that this command does not have.
    const [sentence] = error instanceof Error ? error.message.split(/\. |\n/, 1) : [];
    if (error instanceof TypeError) throw new UsageError(`${sentence?.replace(/\.$/, "")}; see --help`);
    throw error;
  }
}

export function readUrl(flag: string, value: string): string {
  if (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)) return value;
  throw new UsageError(`--${flag} must be a URL such as http://localhost:3000/webhooks, not "${value}"`);
}
