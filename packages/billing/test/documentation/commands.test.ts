import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/commands.js";
import { listPages, REPOSITORY } from "./blocks.js";

/** `billing events list --config ./webhooks.mjs` within a sentence, or on a line of a block. */
const SHOWN = /(?:`|^)billing (?<words>[a-z]+(?: [a-z]+)?)(?<options>(?: [^\n`#]*)?)/gm;
const BLOCK = /^```sh\n(.*?)^```$/gms;
const SPAN = /`billing [^`\n]+`/g;

it.each(listPages().map((page) => relative(REPOSITORY, page)))("%s shows commands that there are", (page) => {
  const text = readFileSync(`${REPOSITORY}/${page}`, "utf8");
  const commands = [...text.matchAll(BLOCK), ...text.matchAll(SPAN)].map(([shown]) => shown).join("\n");
  expect([...commands.matchAll(SHOWN)].flatMap(({ groups, 0: shown }) => findProblem(shown, groups))).toEqual(
    [],
  );
});

function findProblem(shown: string, groups: Record<string, string> | undefined): readonly string[] {
  const { words = "", options = "" } = groups ?? {};
  // A command has one word or two; what follows one word may be a word of its options, or of the sentence.
  const command = COMMANDS.find(({ name }) => name === words || name === words.split(" ")[0]);
  if (command === undefined) return [`There is no command: ${shown}`];
  const given = [...options.matchAll(/ --([a-z-]+)/g)].map(([, name = ""]) => name);
  return given
    .filter((name) => !(name in command.options) && name !== "help")
    .map((name) => `There is no --${name}: ${shown}`);
}
