import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import packaged from "@sparticuz/chromium";
import { type Browser, chromium } from "playwright-core";

export interface OpenChromium {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** A browser that can be launched, or the reason why there is none. */
type Found =
  | { readonly executablePath: string; readonly forget?: () => Promise<void> }
  | { readonly unavailable: string };

/** Tried in this order; the first that starts is used. */
const SOURCES: Readonly<Record<string, () => Promise<Found>>> = {
  CHROMIUM_PATH: fromEnvironment,
  "/usr/bin/chromium": installed,
  "@sparticuz/chromium": unpacked,
};

/**
 * Starts a headless Chromium and says which. Where none can be had, says so loudly and returns undefined.
 *
 * @throws Error instead, where CI is set.
 */
export async function openChromium(): Promise<OpenChromium | undefined> {
  const reasons: string[] = [];
  for (const [name, source] of Object.entries(SOURCES)) {
    const found = await source();
    const opened = "unavailable" in found ? found : await launch(found.executablePath, found.forget);
    if ("unavailable" in opened) {
      reasons.push(`  - ${name}: ${opened.unavailable}`);
      continue;
    }
    process.stdout.write(`chromium: using ${name}, version ${opened.browser.version()}\n`);
    return opened;
  }
  const why = `No Chromium could be started.\n${reasons.join("\n")}`;
  if (process.env["CI"]) throw new Error(why);
  process.stdout.write(`\n!!! THE BROWSER TESTS OF THE DEMO ARE LEFT OUT. ${why}\n\n`);
  return undefined;
}

/** Whoever names a browser wants that one: if it is not there, that is a mistake, not a reason to look further. */
async function fromEnvironment(): Promise<Found> {
  const executablePath = process.env["CHROMIUM_PATH"];
  if (!executablePath) return { unavailable: "not set" };
  if (!existsSync(executablePath)) throw new Error("CHROMIUM_PATH is set, but there is no such file.");
  return { executablePath };
}

async function installed(): Promise<Found> {
  const executablePath = "/usr/bin/chromium";
  return existsSync(executablePath) ? { executablePath } : { unavailable: "not installed" };
}

/** Into a folder of its own: the package would use a fixed name, and a half of what another run is unpacking there. */
async function unpacked(): Promise<Found> {
  const usual = process.env["TMPDIR"];
  const folder = await mkdtemp(join(tmpdir(), "demo-chromium-"));
  // Its other files may still be arriving where the unpacking of one has failed.
  const forget = () => rm(folder, { recursive: true, force: true, maxRetries: 10 });
  process.env["TMPDIR"] = folder;
  try {
    return { executablePath: await packaged.executablePath(), forget };
  } catch (error) {
    await forget();
    return { unavailable: String(error) };
  } finally {
    if (usual === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = usual;
  }
}

async function launch(
  executablePath: string,
  forget: () => Promise<void> = async () => undefined,
): Promise<OpenChromium | { readonly unavailable: string }> {
  try {
    const browser = await chromium.launch({ executablePath, args: ARGS });
    return {
      browser,
      close: async () => {
        await browser.close();
        await forget();
      },
    };
  } catch (error) {
    await forget();
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
