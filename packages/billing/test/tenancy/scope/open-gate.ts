import type { StripeClient } from "../../../src/index.js";
import type { GateToStripe } from "../../../src/tenancy/gate/gate.js";

/** Sends whatever it is asked to, and hands back whatever comes. */
export function openGate(client: StripeClient): GateToStripe {
  const ask = async (call: string, ids: object, params: object): Promise<never> => {
    const [method = "", template = ""] = call.split(" ");
    const path = template.replace(/\{(\w+)\}/, (_, name: string) =>
      String(new Map(Object.entries(ids)).get(name)),
    );
    const query = new URLSearchParams(
      Object.entries(params).flatMap(([name, value]) =>
        Array.isArray(value)
          ? value.map((part, i) => [`${name}[${i}]`, String(part)])
          : [[name, String(value)]],
      ),
    );
    return method === "POST"
      ? ((await client.rawRequest(method, path, { ...params })) as never)
      : ((await client.rawRequest(method, `${path}?${query}`)) as never);
  };
  return {
    retrieve: (call, ids, params) => ask(call, ids, params),
    list: (call, params, ids) => ask(call, { ...ids }, params),
    search: () => Promise.reject(new Error("No capability here searches.")),
    listAccount: async function* (call, params) {
      const { data }: { readonly data: never } = await ask(call, {}, params);
      yield data;
    },
    proveForWrite: async () => undefined,
    write: (call, ids, params) => ask(call, ids, params),
  };
}
