import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const PACKAGES = resolve(import.meta.dirname, "../..");

const files = readdirSync(PACKAGES).flatMap((name) =>
  ["src", "test", "bench", "scripts"].flatMap((folder) => sourcesIn(join(name, folder))),
);

describe("comments", () => {
  it("say themselves what they mean, and not that it stands elsewhere", () => {
    expect(files.length).toBeGreaterThan(1_000);
    const leaning = files.flatMap((file) =>
      commentsOf(readFileSync(join(PACKAGES, file), "utf8"))
        .filter((comment) => /^(?:The same|Same)\b|\bas above\b|^As above\b/.test(comment))
        .map((comment) => `${file}: ${comment}`),
    );
    expect(leaning).toEqual([]);
  });
});

function sourcesIn(folder: string): string[] {
  try {
    return readdirSync(join(PACKAGES, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.m?tsx?$|\.mjs$/.test(file) && !file.includes("node_modules"))
      .map((file) => join(folder, file));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

/** Each line's comment, without what opens or closes it. */
function commentsOf(text: string): string[] {
  return [...text.matchAll(/(?:^|\s)(?:\/\*\*|\/\/|\*)\s+(?<words>.+?)(?:\s*\*\/)?$/gm)].map(
    ({ groups }) => groups?.["words"] ?? "",
  );
}
