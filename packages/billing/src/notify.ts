import { findNodeProcess } from "./node-process.js";

/**
 * Calls a listener of the application's. Nobody waits for it, and its failure never becomes the call's: it may throw,
 * reject or never settle. The first failure of a listener is one warning; later ones say nothing new.
 *
 * @param name the option that holds the listener, for the warning.
 */
export function notify<T>(
  listener: ((event: T) => unknown) | undefined,
  event: T,
  name: string,
  warn: (message: string) => void = emitWarning,
): void {
  if (listener === undefined) return;
  const onFailure = (error: unknown) => {
    if (failed.has(listener)) return;
    failed.add(listener);
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : typeof error;
    warn(`${name} failed (${reason}). Calls go on without it; its later failures are not reported.`);
  };
  try {
    Promise.resolve(listener(event)).catch(onFailure);
  } catch (error) {
    onFailure(error);
  }
}

const failed = new WeakSet<object>();

function emitWarning(message: string): void {
  const process = findNodeProcess();
  if (process !== undefined) process.emitWarning(message, "BillingListenerWarning");
  // biome-ignore lint/suspicious/noConsole: a runtime without process warnings has nothing else.
  else console.warn(message);
}
