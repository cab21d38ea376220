import { open, rm } from "node:fs/promises";
import { UsageError } from "./usage-error.js";

/** A new file that only its owner can read, for what must not be printed. */
export interface SecretFile {
  readonly file: string;
  /** Adds a line of an environment file, which is on the disk when this resolves. */
  readonly add: (variable: string, secret: string, comment: string) => Promise<void>;
  /** Ends it; one without a secret is removed. */
  readonly close: () => Promise<void>;
}

/** Creates it. @throws UsageError where none is named, or the name is taken. */
export async function createSecretFile(file: string | undefined): Promise<SecretFile> {
  if (file === undefined) {
    throw new UsageError(
      "A new endpoint has a signing secret, which Stripe hands out once: name a new file for it with --secrets-to <file>.",
    );
  }
  const handle = await open(file, "wx", 0o600).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      error.code === "EEXIST"
        ? "--secrets-to names a file that exists, and a secret may be in it: name a new one."
        : `--secrets-to could not be created: ${error.message}`,
    );
  });
  let isEmpty = true;
  return {
    file,
    add: async (variable, secret, comment) => {
      await handle.appendFile(`# ${comment}\n${variable}=${secret}\n`);
      isEmpty = false;
      await handle.sync();
    },
    close: async () => {
      await handle.close();
      if (isEmpty) await rm(file);
    },
  };
}
