import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readCursor, writeCursor } from "../../src/cli/cursor-file.js";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cursor-file-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

it("runs that write their cursor to one file at once do not fail each other, and leave one whole cursor", async () => {
  const folder = await makeFolder();
  const file = join(folder, "cursor");
  const cursors = Array.from({ length: 20 }, (_, at) => String(at).repeat(1_000));
  await Promise.all(cursors.map((cursor) => writeCursor(file, cursor)));
  expect(cursors).toContain(await readCursor(file));
  expect(await readdir(folder)).toEqual(["cursor"]);
});

it("a cursor that cannot be put in its place is an error, and leaves nothing beside it", async () => {
  const folder = await makeFolder();
  await mkdir(join(folder, "cursor", "within"), { recursive: true });
  await expect(writeCursor(join(folder, "cursor"), "1")).rejects.toThrow();
  expect(await readdir(folder)).toEqual(["cursor"]);
});
