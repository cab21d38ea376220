import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { UsageError } from "./usage-error.js";

/**
 * Reads a CSV file with a header line by line, as one object for each line. Values may be quoted, with doubled quotes
 * inside; a line break inside a value is refused.
 *
 * @throws UsageError that names the line, never its values.
 */
export async function* readCsv(
  path: string,
  columns: Readonly<Record<string, string>>,
): AsyncGenerator<Readonly<Record<string, string>>> {
  const lines = createInterface({
    input: createReadStream(path, "utf8"),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  let header: readonly string[] | undefined;
  let number = 0;
  try {
    for await (const line of lines) {
      number += 1;
      if (line.trim() === "") continue;
      const values = splitLine(line.replace(/^\uFEFF/, ""));
      if (values === undefined) throw new UsageError(`Line ${number} has an open quote.`);
      if (header === undefined) {
        header = toNames(values, columns);
        continue;
      }
      if (values.length !== header.length) {
        throw new UsageError(`Line ${number} has ${values.length} columns, and the header ${header.length}.`);
      }
      yield Object.fromEntries(header.map((name, index) => [name, values[index]?.trim() ?? ""]));
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) {
      throw new UsageError(`The file could not be read: ${String(error.code)}.`);
    }
    throw error;
  }
  if (header === undefined) throw new UsageError("The file is empty. Its first line names the columns.");
}

function toNames(header: readonly string[], columns: Readonly<Record<string, string>>): readonly string[] {
  return header.map((written) => {
    const name = written.trim().toLowerCase();
    const meant = Object.hasOwn(columns, name) ? columns[name] : undefined;
    if (meant !== undefined) return meant;
    throw new UsageError(`Unknown column in the header. The columns are ${Object.keys(columns).join(", ")}.`);
  });
}

/** Undefined where a quote is not closed. */
function splitLine(line: string): string[] | undefined {
  const values: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?=,|$)/.exec(rest);
    const plain = /^[^",]*(?=,|$)/.exec(rest);
    const [whole, value] = quoted ?? [plain?.[0], plain?.[0]];
    if (whole === undefined) return undefined;
    values.push((value ?? "").replaceAll('""', '"'));
    rest = rest.slice(whole.length);
    if (rest === "") return values;
    rest = rest.slice(1);
  }
}
