import { expect, test } from "vitest";
import { escapeControls } from "../../src/cli/escape-controls.js";
import { runCli } from "./run-cli.js";

test("control characters are written as JSON does, but for line breaks and tabs", () => {
  expect(escapeControls("a\u001b[2J\r\n\tb\u0000\u007f\u009bZoë")).toBe(
    "a\\u001b[2J\\u000d\n\tb\\u0000\\u007f\\u009bZoë",
  );
  expect(JSON.parse(escapeControls(JSON.stringify("\u001b\u009b")))).toBe("\u001b\u009b");
});

test("what a command prints has none of those that an argument or an error brought", async () => {
  const { code, err } = await runCli({}, ["events", "list", "\u001b[2J"]);
  expect({ code, err: err.split("\n")[0] }).toEqual({ code: 2, err: "Unexpected argument: \\u001b[2J." });
});
