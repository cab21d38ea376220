import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";

/** Reads how far a run has come; `undefined` where there is no such file yet. */
export async function readCursor(file: string): Promise<string | undefined> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces the file whole, so that a crash leaves the cursor of before, and each of two runs at once has a file to rename. */
export async function writeCursor(file: string, cursor: string): Promise<void> {
  const whole = `${file}.${randomUUID()}.new`;
  try {
    await writeFile(whole, `${cursor}\n`);
    await rename(whole, file);
  } catch (error) {
    await rm(whole, { force: true });
    throw error;
  }
}

/** Has the next run begin anew. */
export async function removeCursor(file: string): Promise<void> {
  await rm(file, { force: true });
}
