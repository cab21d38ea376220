import type { Attack } from "../siege.js";

/** No tenant, or something that is none. */
export const noTenant: Attack = async function* ({ a, call }) {
  const { tenantId } = a;
  const hostile: readonly (readonly [string, unknown])[] = [
    ["undefined", undefined],
    ["null", null],
    ["empty", ""],
    ["blank", " "],
    ["a tab", "\t"],
    ["a number", 7],
    ["NaN", Number.NaN],
    ["true", true],
    ["a symbol", Symbol(tenantId)],
    ["a function", () => tenantId],
    ["an object", {}],
    ["an array of one", [tenantId]],
    ["an object that reads as text", { toString: () => tenantId }],
    ["a boxed text", new String(tenantId)],
    ["a proxy", new Proxy({}, { get: () => tenantId })],
    ["256 characters", "a".repeat(256)],
    ["NUL at the end", `${tenantId}\0`],
    ["CR and LF at the end", `${tenantId}\r\n`],
    ["a line break at the end", `${tenantId}\n`],
    ["a line break in it", `x\n${tenantId}`],
  ];
  for (const [name, value] of hostile) {
    yield {
      name,
      act: () => call({ tenantId: value as never }),
      refusedAs: ["tenant_context"],
      sends: "nothing",
    };
  }
};

/** A tenant id that some layer could take for another's. Whoever it is, it is not B. */
export const confusableTenant: Attack = async function* ({ b, target, callFor }) {
  const names = [
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "*",
    "-1",
    "0",
    "null",
    "undefined",
    "caf\u00e9",
    "cafe\u0301",
    b.tenantId.toUpperCase(),
    `${b.tenantId} `,
    ` ${b.tenantId}`,
    `${b.tenantId}\0`,
    `${b.tenantId}:`,
    `${b.tenantId}:${b.customerId}`,
    `a:${b.tenantId}`,
    `${b.tenantId}"`,
    `${b.tenantId}'`,
    `${b.tenantId}\\`,
    `x" OR metadata["tenantId"]:"${b.tenantId}`,
    `x OR ${b.tenantId}`,
    `${b.tenantId}*`,
    `%${b.tenantId}`,
    `${b.tenantId}#`,
    `../${b.tenantId}`,
    b.customerId,
  ];
  for (const tenantId of names) {
    yield {
      name: JSON.stringify(tenantId),
      act: () => callFor(b, { tenantId }),
      refusedAs: ["tenant_context", "account_mismatch", "not_found"],
      // Without an id it is somebody else's own call, which may find what all tenants share, and nothing of B's.
      mayAlsoSucceed: target.takes === undefined,
      sends: target.takes === undefined ? "writes" : "reads",
      brings: [tenantId],
    };
  }
};
