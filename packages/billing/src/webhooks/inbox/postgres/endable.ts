/**
 * Wraps a transaction's client so that it can be taken from a handler that runs on after its time: what it sent then
 * would reach whoever has the connection next.
 *
 * @param instead What the handler gets in place of the client's own properties.
 */
export function endable<T>(
  client: T,
  message: string,
  instead: Readonly<Record<string, unknown>> = {},
): { readonly facade: T; readonly end: () => void } {
  let hasEnded = false;
  const assertOpen = () => {
    if (hasEnded) throw new Error(message);
  };
  const end = () => {
    hasEnded = true;
  };
  if (!isObject(client)) return { facade: client, end };
  const facade: T & object = new Proxy<T & object>(client, {
    get(target, name) {
      if (typeof name === "string") assertOpen();
      if (typeof name === "string" && Object.hasOwn(instead, name)) return instead[name];
      const value: unknown = Reflect.get(target, name, target);
      return isFunction(value) ? new Proxy(value, { apply: callOn(target) }) : value;
    },
    apply: callOn(undefined),
  });
  return { facade, end };

  /** Calls a method on the client itself, since a proxy has none of its private fields. */
  function callOn(target: unknown): (call: object, self: unknown, args: readonly unknown[]) => unknown {
    return (call, self, args) => {
      assertOpen();
      return isFunction(call) ? Reflect.apply(call, self === facade ? target : self, args) : undefined;
    };
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function isFunction(value: unknown): value is (...args: readonly unknown[]) => unknown {
  return typeof value === "function";
}
