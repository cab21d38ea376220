import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { runCli } from "./run-cli.js";

const ENV = { STRIPE_SECRET_KEY: "sk_test_0123456789abcdef", STRIPE_API_BASE: "http://127.0.0.1:1" };
const billing = (...args: readonly string[]) => runCli(ENV, args);
const moduleAt = (name: string) => fileURLToPath(new URL(name, import.meta.url));

describe("the command billing", () => {
  it("lists every command with what it does, and the exit codes", async () => {
    for (const args of [["--help"], ["-h"], ["help"]]) {
      const { code, out, err } = await billing(...args);
      for (const { name, summary } of COMMANDS) expect(out).toContain(`${name.padEnd(16)}  ${summary}`);
      expect(out).toContain("Exit codes: 0 ");
      expect({ code, err }).toEqual({ code: 0, err: "" });
    }
  });

  it("explains each command with all of its options", async () => {
    for (const { name, options } of COMMANDS) {
      const { code, out } = await billing(...name.split(" "), "--help");
      expect(out).toContain(`Usage: billing ${name}`);
      for (const flag of Object.keys(options)) expect(out).toMatch(new RegExp(`^  --${flag}\\b`, "m"));
      for (const { help } of Object.values(options)) expect(out).toContain(help);
      expect(code).toBe(0);
      expect(await billing("help", ...name.split(" "))).toMatchObject({ code: 0, out });
    }
  });

  it("prints its version", async () => {
    expect(await billing("--version")).toEqual({ code: 0, out: "1.2.3\n", err: "" });
  });

  it.each([
    { args: [], says: "Usage: billing <command>" },
    { args: ["portal"], says: "portal diagnose" },
    { args: ["refund"], says: "There is no such command." },
    { args: ["portal", "diagnos"], says: "Did you mean billing portal diagnose?" },
    { args: ["portal", "diagnose"], says: "--tenant <id> is needed." },
    {
      args: ["portal", "diagnose", "--tenat", "acme"],
      says: "Unknown option: --tenat. Did you mean --tenant?",
    },
    { args: ["portal", "diagnose", "--zzz"], says: "Unknown option: --zzz.\n" },
    { args: ["portal", "diagnose", "--__proto__", "x"], says: "Unknown option: --__proto__." },
    { args: ["portal", "diagnose", "--tenant", "--json"], says: "--tenant needs a value: --tenant <id>." },
    { args: ["portal", "diagnose", "--tenant="], says: "--tenant needs a value" },
    { args: ["portal", "diagnose", "--tenant", "a", "--tenant", "b"], says: "--tenant is given twice." },
    { args: ["portal", "diagnose", "--tenant", "a", "--json=yes"], says: "--json takes no value." },
    { args: ["portal", "diagnose", "acme"], says: "Unexpected argument: acme." },
    { args: ["portal", "diagnose", "--tenant", "a b"], says: "A tenant id is a string of" },
    {
      args: ["portal", "diagnose", "--tenant", "a", "--config", "./none.js"],
      says: "--config could not be loaded:",
    },
  ])("refuses $args in one sentence, and exits with 2", async ({ args, says }) => {
    const { code, out, err } = await billing(...args);
    expect(err).toContain(says);
    expect({ code, out }).toEqual({ code: 2, out: "" });
  });

  it("prints no secret and no stack trace of a module that throws them", async () => {
    const config = moduleAt("throwing-service.ts");
    const { code, err } = await billing("portal", "diagnose", "--tenant", "acme", "--config", config);
    expect(err).toContain(
      "--config could not be loaded: no pool at postgres://app:…@db/app for sk_test_… and whsec_…",
    );
    expect(err).not.toMatch(/hunter2|secretsecret|^\s+at /m);
    expect(code).toBe(2);
  });
});
