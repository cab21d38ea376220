import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type StripeWorld, startStripeWorld } from "../../stripe-world.js";
import { runCli } from "../run-cli.js";

let world: StripeWorld;
let folder: string;
let old: string;
beforeAll(async () => {
  world = await startStripeWorld();
  folder = await mkdtemp(join(tmpdir(), "billing-adopt-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await world.close();
});
beforeEach(async () => {
  old = (await world.stripe.customers.create({ email: "old@acme.example" })).id;
  world.takeRequests();
});

const billing = (...args: readonly string[]) =>
  runCli({ STRIPE_SECRET_KEY: world.local.secretKey, STRIPE_API_BASE: world.local.url }, args);
const file = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
const markOf = async (id: string) => {
  const found = await world.stripe.customers.retrieve(id);
  return found.deleted ? undefined : found.metadata;
};

describe("billing adopt", () => {
  it("only says what it would do, until it is told to apply it", async () => {
    const from = await file("rows.csv", `customer_id,tenant_id,reference\n${old},acme,workspace-1\n`);
    const dry = await billing("adopt", "--from", from);
    expect(dry).toMatchObject({
      code: 0,
      out: "1 rows: 1 to adopt, 0 adopted before, 0 refused, 0 missing.\nNothing was changed. Add --apply to make the changes.\n",
    });
    expect(world.takeRequests().filter((request) => request.startsWith("POST"))).toEqual([]);

    const report = join(folder, "report.json");
    const { code, out } = await billing("adopt", "--from", from, "--apply", "--report", report);
    expect(out).toBe("1 rows: 1 adopted, 0 adopted before, 0 refused, 0 missing.\n");
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({ dryRun: false, adopted: 1 });
    expect(await markOf(old)).toEqual({ tenantId: "acme", billingReference: "workspace-1" });
  });

  it("changes nothing where its report cannot be written", async () => {
    const from = await file("unreported.csv", `customer_id,tenant_id\n${old},acme\n`);
    const report = join(folder, "no-such-folder/report.json");
    const { code, err } = await billing("adopt", "--from", from, "--apply", "--report", report);
    expect([code, err]).toEqual([2, expect.stringMatching(/^--report could not be written: ENOENT: /)]);
    expect(world.takeRequests()).toEqual([]);
    expect(await markOf(old)).toEqual({});
  });

  it("takes the application's own query, as an async iterable or a function that returns one", async () => {
    const from = await file(
      "rows.mjs",
      `export async function* rows() { yield { customerId: "${old}", tenantId: "acme" }; }`,
    );
    expect(await billing("adopt", "--from", from, "--apply", "--json")).toMatchObject({ code: 0 });
    expect(await markOf(old)).toEqual({ tenantId: "acme" });
  });

  it("shows each row that is refused or missing, and exits with 1", async () => {
    const rows = [
      "\uFEFFcustomer_id,product_id,tenant_id",
      `"${old}",,"globex"`,
      `cus_missing,,acme`,
      `${old},,acme`,
      "",
    ].join("\r\n");
    const { code, out } = await billing("adopt", "--from", await file("bad.csv", rows), "--apply");
    expect(out).toContain("  row 2      missing  cus_missing Stripe has no such object");
    expect(out).toContain(
      `  row 3      refused  ${old} Row 1 names the same object with another tenant or reference.`,
    );
    expect(code).toBe(1);
  });

  it.each([
    ["customer_id,tenant\n", "Unknown column in the header. The columns are customer_id, product_id,"],
    ["customer_id,tenant_id\ncus_1\n", "Line 2 has 1 columns, and the header 2."],
    ['customer_id,tenant_id\n"cus_1,acme\n', "Line 2 has an open quote."],
    ["", "The file is empty."],
  ])("refuses the file %j with its line, and exits with 2", async (text, says) => {
    const { code, err } = await billing("adopt", "--from", await file("odd.csv", text));
    expect(err).toContain(says);
    expect(code).toBe(2);
  });

  it("refuses a file that is not there, and a module without rows", async () => {
    const { code, err } = await billing("adopt", "--from", join(folder, "none.csv"));
    expect({ code, err }).toMatchObject({
      code: 2,
      err: expect.stringContaining("could not be read: ENOENT"),
    });
    const empty = await file("empty.mjs", "export const row = [];");
    expect(await billing("adopt", "--from", empty)).toMatchObject({
      code: 2,
      err: expect.stringContaining('exports "rows"'),
    });
    expect(await billing("adopt", "--from", empty, "--rate", "0")).toMatchObject({
      code: 2,
      err: expect.stringContaining("--rate must be a whole number from 1 to 1000."),
    });
  });

  it("exits with 3 where Stripe does not answer, and says what to do in one sentence", async () => {
    const from = await file("rows.csv", `customer_id,tenant_id\n${old},acme\n`);
    world.local.faults.add({ kind: "rate_limit", times: 50 });
    const { code, err } = await billing("adopt", "--from", from, "--apply");
    world.local.faults.clear();
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(err).not.toMatch(/^\s+at /m);
    expect(code).toBe(3);
  });
});

describe("billing diagnose", () => {
  it("tells an operator why a customer is invisible", async () => {
    const { code, out } = await billing("diagnose", "--object", old);
    expect(out).toBe(
      `${old}: It has no metadata.tenantId.\n→ Adopt it: billing adopt, or linkCustomer of asOperator().\n`,
    );
    expect(code).toBe(1);
    const json = await billing("diagnose", "--object", old, "--json", "--metadata-key", "org");
    expect(JSON.parse(json.out)).toMatchObject({ objectId: old, fact: "It has no metadata.org." });
  });
});
