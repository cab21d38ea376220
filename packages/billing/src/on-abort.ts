interface Waiting {
  readonly acts: Set<() => void>;
  readonly listener: () => void;
}

const waitingFor = new WeakMap<AbortSignal, Waiting>();

/**
 * Calls `act` when the signal aborts, unless the returned function was called before. Whatever waits for one signal shares
 * one listener: an application may hand its signal to any number of calls, and Node takes the eleventh listener for a leak
 * and warns of it.
 */
export function onAbort(signal: AbortSignal, act: () => void): () => void {
  const waiting = waitingFor.get(signal) ?? listen(signal);
  // A function of its own, because the same may be given twice.
  const own = () => act();
  waiting.acts.add(own);
  return () => {
    if (!waiting.acts.delete(own) || waiting.acts.size > 0) return;
    signal.removeEventListener("abort", waiting.listener);
    waitingFor.delete(signal);
  };
}

function listen(signal: AbortSignal): Waiting {
  const acts = new Set<() => void>();
  const listener = () => {
    for (const act of acts) act();
  };
  const waiting = { acts, listener };
  signal.addEventListener("abort", listener, { once: true });
  waitingFor.set(signal, waiting);
  return waiting;
}
