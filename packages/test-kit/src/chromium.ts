import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import packaged from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

export interface OpenChromium {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A browser that can be launched, or the reason why there is none. */
type Found = { readonly executablePath: string } | { readonly unavailable: string };

/** Debian's and the one from npm. */
export const CHROMIUMS = ["/usr/bin/chromium", "@sparticuz/chromium"] as const;
export type ChromiumName = (typeof CHROMIUMS)[number];

const FIND: Readonly<Record<ChromiumName, () => Promise<Found>>> = {
  "/usr/bin/chromium": findInstalled,
  "@sparticuz/chromium": unpack,
};

/**
 * Starts the headless Chromium named by `CHROMIUM_PATH`, else the first of {@link CHROMIUMS} that starts, and prints which.
 * Where there is none, warns loudly and returns undefined.
 *
 * @throws Error instead, where CI is set.
 */
export async function openChromium(): Promise<OpenChromium | undefined> {
  const wanted = process.env["CHROMIUM_PATH"];
  if (wanted) {
    const opened = await launch(wanted);
    if ("unavailable" in opened) throw new Error(`CHROMIUM_PATH does not start: ${opened.unavailable}`);
    return opened;
  }
  const reasons: string[] = [];
  for (const name of CHROMIUMS) {
    const opened = await openNamed(name);
    if (!("unavailable" in opened)) return opened;
    reasons.push(`  - ${name}: ${opened.unavailable}`);
  }
  const why = `No Chromium could be started.\n${reasons.join("\n")}`;
  if (process.env["CI"]) throw new Error(why);
  process.stdout.write(`\n!!! THE BROWSER TESTS OF THE DEMO ARE LEFT OUT. ${why}\n\n`);
  return undefined;
}

/** Starts one of {@link CHROMIUMS}, or tells why it cannot be started. */
export async function openNamed(
  name: ChromiumName,
): Promise<OpenChromium | { readonly unavailable: string }> {
  const found = await FIND[name]();
  return "unavailable" in found ? found : launch(found.executablePath);
}

async function findInstalled(): Promise<Found> {
  const executablePath = "/usr/bin/chromium";
  return existsSync(executablePath) ? { executablePath } : { unavailable: "not installed" };
}

const CACHE = resolve(import.meta.dirname, "../../../.cache/chromium");

/** Unpacks it once for all runs, which takes two seconds of the processor and 200 MB. */
async function unpack(): Promise<Found> {
  const folder = join(CACHE, packagedVersion());
  const executablePath = join(folder, "chromium");
  if (existsSync(executablePath)) return { executablePath };
  await mkdir(CACHE, { recursive: true });
  // Whole before it has its name: another run may be half-way through, or have been stopped there.
  const unfinished = await mkdtemp(join(CACHE, "unfinished-"));
  try {
    await unpackInto(unfinished);
    await rename(unfinished, folder);
  } catch (error) {
    // Where the unpacking of one file has failed, the others may still be arriving.
    await rm(unfinished, { recursive: true, force: true, maxRetries: 10 });
    // Another run may have been first.
    if (!existsSync(executablePath)) return { unavailable: String(error) };
  }
  return { executablePath };
}

function packagedVersion(): string {
  const manifest = resolve(import.meta.dirname, "../node_modules/@sparticuz/chromium/package.json");
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** The package unpacks into the folder for temporary files. */
async function unpackInto(folder: string): Promise<void> {
  const usual = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    await packaged.executablePath();
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
}

async function launch(executablePath: string): Promise<OpenChromium | { readonly unavailable: string }> {
  try {
    const browser = await chromium.launch({ executablePath, args: ARGS });
    process.stdout.write(`chromium: using ${executablePath}, version ${browser.version()}\n`);
    return { browser, close: () => browser.close() };
  } catch (error) {
    return { unavailable: String(error).split("\n", 1).join("") };
  }
}

const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
