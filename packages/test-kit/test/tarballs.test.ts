/** Both packages as they would be published, installed by npm in an application that has nothing else. */
import { findNodeWithoutRequire, findOlderNode, findUnsupportedNode } from "@repo/test-kit/other-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshApplication, makeFreshApplication } from "./fresh-application.js";

const USE = `
  const local = await startLocalStripe();
  const billing = new StripeBillingService({
    secretKey: local.secretKey,
    apiBase: local.url,
    portal: { returnUrl: "https://app.example.com/billing" },
  });
  const acme = billing.forTenant("acme");
  const { id } = await acme.ensureCustomer({ reference: "acme-1", name: "Acme" });
  const { url } = await acme.createCustomerPortalSession(id);
  console.log((await fetch(url)).status);
  await local.close();
`;

const FILES = {
  "import.mjs": `
    import { StripeBillingService } from "@repo/billing";
    import { startLocalStripe } from "@repo/local-stripe";
    ${USE}`,
  "require.cjs": `
    const { StripeBillingService } = require("@repo/billing");
    const { startLocalStripe } = require("@repo/local-stripe");
    (async () => {${USE}})();`,
  "import-each.mjs": `
    for (const name of process.argv.slice(2))
      console.log(await import(name).then(() => "loads", ({ message }) => message));`,
  "require-each.cjs": `
    for (const name of process.argv.slice(2)) {
      try {
        require(name);
        console.log("loads");
      } catch ({ message }) {
        console.log(message);
      }
    }`,
};

const COMMANDS = {
  "@repo/billing": "node_modules/@repo/billing/dist/cli.js",
  "@repo/local-stripe": "node_modules/@repo/local-stripe/dist/cli.js",
};
const SERVER_ENTRIES = [
  "@repo/billing",
  "@repo/billing/webhooks",
  "@repo/billing/postgres",
  "@repo/billing/testing",
  "@repo/local-stripe",
];

const oldest = findOlderNode();
const NODES = { "this Node": process.execPath, ...(oldest === undefined ? {} : { "Node 20.19": oldest }) };
let application: FreshApplication | undefined;

beforeAll(async () => {
  const node = oldest ?? process.execPath;
  application = await makeFreshApplication({ node, dependencies: ["stripe@23.1.0"], files: FILES });
}, 300_000);
afterAll(() => application?.remove());

describe("the tarballs, installed by npm", () => {
  it("bring no warning on the oldest Node that is promised", ({ skip }) => {
    expect(installed(skip).said).not.toMatch(/warn/i);
  });

  describe.each(Object.entries(NODES))("run on %s", (_, node) => {
    it.for(["import.mjs", "require.cjs"])("by %s, without a word on stderr", async (file, { skip }) => {
      expect(await installed(skip).run(node, file)).toEqual({ code: 0, out: "200\n", err: "" });
    });

    it("as commands", async ({ skip }) => {
      for (const command of Object.values(COMMANDS))
        expect(await installed(skip).run(node, command, ["--help"])).toMatchObject({ code: 0, err: "" });
    });
  });
});

describe("Node 18", () => {
  const node = findUnsupportedNode();

  it("is refused in a sentence where they are imported", async ({ skip }) => {
    const { out } = await installed(skip).run(node ?? skip(NO_BUILD), "import-each.mjs", SERVER_ENTRIES);
    expect(out.trim().split("\n")).toEqual(
      SERVER_ENTRIES.map((entry) => `${packageOf(entry)} needs Node.js 20.19 or newer, and this is 18.20.8.`),
    );
  });

  it("is refused in a sentence where they are required", async ({ skip }) => {
    const entries = [...SERVER_ENTRIES, "@repo/billing/client"];
    const { out } = await installed(skip).run(node ?? skip(NO_BUILD), "require-each.cjs", entries);
    expect(out.trim().split("\n")).toEqual(entries.map((entry) => refusalOfRequire(entry, "18.20.8")));
  });

  it.for(Object.entries(COMMANDS))(
    "is refused in a sentence by the command of %s",
    async ([name, command], { skip }) => {
      const ran = await installed(skip).run(node ?? skip(NO_BUILD), command, ["--help"]);
      expect([ran.code > 0, ran.out]).toEqual([true, ""]);
      expect(ran.err).toMatch(/^.*\n$/);
      expect(ran.err).toContain(`${name} needs Node.js 20.19 or newer, and this is 18.20.8.`);
    },
  );
});

describe("Node 22.11, whose require takes no ES modules", () => {
  const node = findNodeWithoutRequire();

  it("imports them", async ({ skip }) => {
    const { out } = await installed(skip).run(node ?? skip(NO_BUILD), "import-each.mjs", SERVER_ENTRIES);
    expect(out.trim().split("\n")).toEqual(SERVER_ENTRIES.map(() => "loads"));
  });

  it("is refused in a sentence where they are required", async ({ skip }) => {
    const { out } = await installed(skip).run(node ?? skip(NO_BUILD), "require-each.cjs", SERVER_ENTRIES);
    expect(out.trim().split("\n")).toEqual(SERVER_ENTRIES.map((entry) => refusalOfRequire(entry, "22.11.0")));
  });
});

const NO_BUILD = "npm has no build of this Node for the platform";

function installed(skip: (note: string) => never): FreshApplication {
  return application ?? skip("npm reaches no registry");
}

function refusalOfRequire(entry: string, version: string): string {
  const needed = "Node.js 20.19 or a later 20, or 22.12 or newer";
  return `require("${packageOf(entry)}") needs ${needed}, and this is ${version}.`;
}

const packageOf = (entry: string): string => entry.split("/").slice(0, 2).join("/");
