/**
 * Tests use libraries that promise Node 22 and newer. On Node 20, which this repository promises, pnpm would warn of each with
 * every clone; the tests run on it all the same. None of them is installed with a package that is published from here.
 */
const RUN_ON_NODE_20_TOO = [
  /^@inquirer\//,
  "@napi-rs/lzma-linux-x64-gnu",
  "@prisma/streams-local",
  "@sparticuz/chromium",
  "better-sqlite3",
  "cookie",
  "file-type",
  "graphile-worker",
  "kysely",
  "mute-stream",
  "pg-boss",
];

export const hooks = {
  readPackage(manifest) {
    const runs = RUN_ON_NODE_20_TOO.some((name) =>
      typeof name === "string" ? name === manifest.name : name.test(manifest.name),
    );
    if (runs) delete manifest.engines;
    return manifest;
  },
};
