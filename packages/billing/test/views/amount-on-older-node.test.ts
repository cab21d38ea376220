import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { findOlderNode } from "@repo/test-kit/other-node";
import { expect, it } from "vitest";

it("formatAmount writes alike on a Node whose currency data is older", async ({ skip }) => {
  const older = findOlderNode();
  skip(older === undefined, "npm has no older Node for this platform");
  const [here, there] = await Promise.all([process.execPath, String(older)].map(writeEveryCurrency));
  expect(here?.version).not.toBe(there?.version);
  expect(here?.icu).not.toBe(there?.icu);
  expect(here?.written).toEqual(there?.written);
  expect(here?.written["HUF"]).toBe("HUF 1,000.00");
});

interface Written {
  readonly version: string;
  readonly icu: string;
  /** 100,000 minor units, by currency. */
  readonly written: Readonly<Record<string, string>>;
}

/** Formats an amount of every currency in a process of its own, with the package as it is built. */
async function writeEveryCurrency(node: string): Promise<Written> {
  const source = `
    import { formatAmount } from ${JSON.stringify(pathToFileURL(resolve(import.meta.dirname, "../../dist/index.js")))};
    const currencies = ${JSON.stringify(Intl.supportedValuesOf("currency"))};
    const written = currencies.map((code) => [code, formatAmount(100_000, code).replaceAll(/\\s/g, " ")]);
    const { version, versions: { icu } } = process;
    console.log(JSON.stringify({ version, icu, written: Object.fromEntries(written) }));
  `;
  const command = ["--input-type=module", "--eval", source];
  return JSON.parse((await promisify(execFile)(node, command, { encoding: "utf8" })).stdout);
}
