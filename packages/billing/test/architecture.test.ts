import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = resolve(import.meta.dirname, "../src");

/**
 * The arrows of the design: a room, and the rooms it may import from. Faces and files at the top are listed by name, and
 * `tenancy/` by its own rooms.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "index.ts": [
    "billing-operator.ts",
    "billing-service.ts",
    "operator",
    "operator-binding.ts",
    "shared-catalog.ts",
    "problem-response.ts",
    "config.ts",
    "settings.ts",
    "capabilities",
    "tenancy",
    "tenancy/strategies",
    "selling",
    "return-urls",
    "stripe",
    "views",
  ],
  "billing-service.ts": [
    "billing-operator.ts",
    "operator-binding.ts",
    "tenant-binding.ts",
    "config.ts",
    "settings.ts",
    "input.ts",
    "capabilities",
    "tenancy",
    "tenancy/scope",
    "stripe",
    "views",
  ],
  "billing-operator.ts": [
    "shared-catalog.ts",
    "tenancy/scope",
    "operator",
    "operator-binding.ts",
    "stripe",
    "views",
  ],
  "shared-catalog.ts": ["capabilities", "operator", "operator-binding.ts", "stripe", "views"],
  "operator-binding.ts": [
    "capabilities",
    "input.ts",
    "operator",
    "config.ts",
    "service-memory.ts",
    "settings.ts",
    "stripe",
    "tenancy",
    "tenancy/scope",
  ],
  operator: ["input.ts", "reference.ts", "stripe", "tenancy", "tenancy/scope", "views"],
  "reference.ts": ["input.ts"],
  "tenant-binding.ts": [
    "operator-binding.ts",
    "config.ts",
    "service-memory.ts",
    "settings.ts",
    "input.ts",
    "capabilities",
    "return-urls",
    "tenancy",
    "tenancy/scope",
    "stripe",
  ],
  "client.ts": ["views"],
  "cli.ts": ["cli"],
  cli: [
    "billing-operator.ts",
    "billing-service.ts",
    "operator",
    "capabilities",
    "return-urls",
    "tenancy/strategies",
    "stripe",
    "events",
    "webhooks",
  ],
  "config.ts": ["input.ts", "capabilities", "return-urls", "stripe", "tenancy"],
  "service-memory.ts": ["capabilities", "settings.ts", "tenancy"],
  "settings.ts": [
    "capabilities",
    "config.ts",
    "on-first-use.ts",
    "return-urls",
    "stripe",
    "tenancy",
    "tenancy/strategies",
  ],
  "problem-response.ts": [],
  "input.ts": ["on-first-use.ts"],
  "on-first-use.ts": [],
  capabilities: [
    "input.ts",
    "reference.ts",
    "selling",
    "return-urls",
    "tenancy",
    "tenancy/scope",
    "tenancy/gate",
    "stripe",
    "views",
  ],
  selling: ["input.ts", "tenancy", "tenancy/scope", "stripe", "views"],
  "return-urls": ["tenancy"],
  "tenancy/scope": ["tenancy", "tenancy/gate", "stripe"],
  "tenancy/gate": ["tenancy", "stripe"],
  "tenancy/strategies": ["tenancy", "stripe"],
  tenancy: ["stripe", "events"],
  stripe: [],
  views: ["stripe"],
  "webhooks.ts": ["webhooks"],
  "postgres.ts": ["webhooks"],
  webhooks: ["events"],
  events: ["on-first-use.ts"],
  testing: ["index.ts", "webhooks"],
};

/** What any room may import, and what imports nothing but these. */
const TOOLS = [
  "api-version.ts",
  "billing-error.ts",
  "assert-node.ts",
  "assert-server.ts",
  "describe-kind.ts",
  "well-formed.ts",
  "errors.ts",
  "deadline.ts",
  "each-side-by-side.ts",
  "fingerprint.ts",
  "is-thenable.ts",
  "known-keys.ts",
  "linked-map.ts",
  "node-process.ts",
  "notify.ts",
  "on-abort.ts",
  "per-tenant.ts",
  "sha256.ts",
  "siblings.ts",
  "side-by-side.ts",
  "single-flight.ts",
  "steps.ts",
  "suggest-option.ts",
  "unless-overtaken.ts",
  "weak-members.ts",
];

/** Types alone may be named across these: the receiver works through the service's own port, and hands on its views. */
const TYPES_MAY_COME_FROM: Readonly<Record<string, readonly string[]>> = {
  "problem-response.ts": ["webhooks"],
  "webhooks.ts": ["tenancy"],
  webhooks: ["tenancy", "views"],
};

interface Import {
  readonly from: string;
  readonly to: string;
  readonly typeOnly: boolean;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .sort();
const imports = files.flatMap(importsOf);

describe("the arrows between folders", () => {
  it("all point the way the design says", () => {
    const astray = imports.filter(({ from, to, typeOnly }) => {
      const [here, there] = [roomOf(from), roomOf(to)];
      const allowed = [here, ...TOOLS, ...(TOOLS.includes(here) ? [] : (MAY_IMPORT[here] ?? []))];
      return !allowed.includes(there) && !(typeOnly && TYPES_MAY_COME_FROM[here]?.includes(there));
    });
    expect(astray).toEqual([]);
    expect(imports.length).toBeGreaterThan(50);
  });

  it("leave no two files that import each other, types included", () => {
    const named = new Set(imports.map(({ from, to }) => `${from} ${to}`));
    expect(imports.filter(({ from, to }) => named.has(`${to} ${from}`))).toEqual([]);
  });

  it("leaves no capability importing another", () => {
    const family = (file: string) => /^capabilities\/([^/.]+)/.exec(file)?.[1];
    const between = imports.filter(
      ({ from, to }) => family(from) && family(to) && family(from) !== family(to),
    );
    expect(between).toEqual([]);
  });

  it("lets a tenant be admitted in one place", () => {
    expect(filesWith(/\badmit\b[^;]*from "[^"]*tenant-scope\.js"/)).toEqual(["tenant-binding.ts"]);
  });

  it("lets requests out at the gate, to find an event's tenant, and to list for the operator", () => {
    expect(filesWith(/\bsend\b[^;]*from "[^"]*\/send\.js"/)).toEqual([
      "tenancy/gate/operator-gate.ts",
      "tenancy/gate/sender.ts",
      "tenancy/list-events.ts",
      "tenancy/list-subscriptions.ts",
      "tenancy/resolve-tenant.ts",
    ]);
  });

  it("loads the SDK in one file, and only names its types elsewhere", () => {
    expect(filesWith(/^import (?!type )[^;]*from "stripe"/m)).toEqual(["stripe/client.ts"]);
  });

  it("reads the environment in the command alone, so that no variable switches a check off", () => {
    const files = filesWith(/^(?! \*).*\benv\b/m);
    expect(files).toContain("cli.ts");
    expect(files.filter((file) => file !== "cli.ts" && !file.startsWith("cli/"))).toEqual([]);
  });
});

function filesWith(pattern: RegExp): string[] {
  return files.filter((file) => pattern.test(readFileSync(join(SRC, file), "utf8")));
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(SRC, file), "utf8");
  return [...text.matchAll(/^(?:import|export)\b([^;]*?)\bfrom "(\.[^"]+)";/gm)].map(
    ([, names = "", target = ""]) => ({
      from: file,
      to: relative(SRC, resolve(SRC, dirname(file), target)).replace(/\.js$/, ".ts"),
      typeOnly: /^\s*type\s/.test(names),
    }),
  );
}

/** The room that a file is in: a folder at the top, a room of `tenancy/`, or a file at the top itself. */
function roomOf(file: string): string {
  return /^tenancy\/[^/]+(?=\/)/.exec(file)?.[0] ?? file.split("/")[0] ?? file;
}
