import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const PACKAGES = resolve(import.meta.dirname, "../..");
const execute = promisify(execFile);

/** An application outside this repository, in which the tarballs of both packages are installed by npm. */
export interface FreshApplication {
  /** What npm said. */
  readonly said: string;
  /** Runs a file, or a command of a package, by one Node. Resolves however it ends. */
  run(node: string, file: string, args?: readonly string[]): Promise<Run>;
  remove(): Promise<void>;
}

export interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface ApplicationOptions {
  /** The Node that runs npm. */
  readonly node: string;
  /** What to install beside the tarballs. */
  readonly dependencies: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Resolves to undefined, and says so, where npm reaches no registry and has not kept what it needs.
 *
 * @throws Error instead, where CI is set.
 */
export async function makeFreshApplication(
  options: ApplicationOptions,
): Promise<FreshApplication | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "fresh-application-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  for (const [path, text] of Object.entries(options.files)) await writeFile(join(folder, path), text);
  const tarballs = await pack(folder);
  const env = { ...process.env, PATH: `${dirname(options.node)}${delimiter}${process.env["PATH"]}` };
  const install = ["install", "--prefer-offline", "--no-audit", "--no-fund"];
  try {
    const args = [...install, ...tarballs, ...options.dependencies];
    const { stdout, stderr } = await execute("npm", args, { cwd: folder, env });
    return {
      said: stdout + stderr,
      remove,
      run: (node, file, args = []) => run(node, [file, ...args], folder),
    };
  } catch (error) {
    await remove();
    if (process.env["CI"] || !(error instanceof Error && NO_REGISTRY.test(error.message))) throw error;
    process.stderr.write("\n!!! THE TARBALLS ARE NOT INSTALLED: npm reaches no registry.\n\n");
    return undefined;
  }
}

const NO_REGISTRY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT/;

async function pack(destination: string): Promise<readonly string[]> {
  const folders = ["billing", "local-stripe"].map((name) => join(PACKAGES, name));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination, ...folders];
  const packed: readonly { readonly filename: string }[] = JSON.parse((await execute("npm", args)).stdout);
  return packed.map(({ filename }) => join(destination, filename.replace("/", "-").replace("@", "")));
}

function run(node: string, args: readonly string[], cwd: string): Promise<Run> {
  return new Promise((settle) => {
    const child = execFile(node, args, { cwd }, (_error, out, err) =>
      settle({ code: child.exitCode ?? -1, out, err }),
    );
  });
}
