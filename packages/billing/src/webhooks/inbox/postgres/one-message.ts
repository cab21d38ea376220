import type { Row, Statement } from "./database.js";

/** The connection that node-postgres hands to a query of another class, as to that of pg-cursor. */
interface Wire {
  readonly stream?: { cork?(): void; uncork?(): void } | undefined;
  parse(message: { text: string; name: string }): void;
  bind(message: { values: readonly (string | null)[] }): void;
  describe(message: { type: "P"; name: string }): void;
  execute(message: { portal: string; rows: number }): void;
  sync(): void;
}

/** A client that takes queries of other classes. */
interface WiredClient {
  query(message: OneMessage): unknown;
}

/**
 * Sends several statements in one message with their values beside them, as the protocol allows and `query(text, values)`
 * does not. Values stay out of the text, which logs and traces show. All columns come back as text.
 */
export class OneMessage {
  /** What wrappers of a client read. */
  readonly text: string;
  /** Resolves to the first row of each statement. */
  readonly rows: Promise<readonly (Row | undefined)[]>;
  readonly #statements: readonly Statement[];
  readonly #rows: (Row | undefined)[] = [];
  #columns: readonly string[] = [];
  #row: Row | undefined;
  #resolve: (rows: readonly (Row | undefined)[]) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(statements: readonly Statement[]) {
    this.#statements = statements;
    this.text = statements.map(({ text }) => text).join("; ");
    this.rows = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever sends it may learn of a failure before they ask for the rows.
    this.rows.catch(() => undefined);
  }

  submit(wire: Wire): null {
    // Else each part would be written by itself.
    wire.stream?.cork?.();
    try {
      for (const { text, values } of this.#statements) {
        wire.parse({ text, name: "" });
        wire.bind({ values: values.map((value) => (value === null ? null : String(value))) });
        // Only its own statements without values are sent so, and they give no rows.
        if (values.length > 0) wire.describe({ type: "P", name: "" });
        wire.execute({ portal: "", rows: 0 });
      }
      wire.sync();
    } finally {
      wire.stream?.uncork?.();
    }
    return null;
  }

  handleRowDescription({ fields }: { readonly fields: readonly { readonly name: string }[] }): void {
    this.#columns = fields.map(({ name }) => name);
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    this.#row ??= Object.fromEntries(this.#columns.map((name, at) => [name, fields[at] ?? null]));
  }

  handleCommandComplete(): void {
    this.#rows.push(this.#row);
    this.#row = undefined;
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#rows);
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }

  handlePortalSuspended(): void {}
  handleEmptyQuery(): void {}
}

/** Whether a client takes queries of other classes: that of node-postgres does, unless it is native or pipelines. */
export function takesOneMessage(client: object): client is WiredClient {
  const wire: unknown = Reflect.get(client, "connection");
  if (typeof wire !== "object" || wire === null || Reflect.get(client, "pipeline") === true) return false;
  return ["parse", "bind", "describe", "execute", "sync"].every(
    (name) => typeof Reflect.get(wire, name) === "function",
  );
}
