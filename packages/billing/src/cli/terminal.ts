import { escapeControls } from "./escape-controls.js";
import { maskSecrets } from "./mask-secrets.js";

/** What a command has of the process it runs in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The package's version, for `--version`. */
  readonly version: string;
  /** For results: a report, or JSON. */
  readonly out: (text: string) => void;
  /** For whatever else: errors and progress. */
  readonly err: (text: string) => void;
}

/** Cuts secrets and control characters out of all that is printed on a terminal. */
export function withoutSecrets(terminal: Terminal): Terminal {
  return {
    ...terminal,
    out: (text) => terminal.out(maskSecrets(escapeControls(text))),
    err: (text) => terminal.err(maskSecrets(escapeControls(text))),
  };
}
