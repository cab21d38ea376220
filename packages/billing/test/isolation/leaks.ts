import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import type { RecordedRequest } from "@repo/local-stripe";
import { afterAll, beforeAll, vi } from "vitest";

/** Every form in which a value can reach a log, a response or a debugger. */
export function bytesOf(value: unknown): string {
  return withoutFrames(() => write(value));
}

function write(value: unknown): string {
  const texts = [
    inspect(value, { depth: 10, showHidden: true, maxArrayLength: null, maxStringLength: null }),
  ];
  texts.push(JSON.stringify(value) ?? "");
  if (value instanceof Error) texts.push(value.message, value.stack ?? "", write(value.cause));
  return texts.join("\n");
}

/** Reads stacks without their frames: those tell of nobody, and to map them to the sources takes longer than all the rest. */
function withoutFrames<T>(read: () => T): T {
  const mapping = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
  Error.prepareStackTrace = (error) => String(error);
  try {
    return read();
  } finally {
    if (mapping === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
    else Object.defineProperty(Error, "prepareStackTrace", mapping);
  }
}

/** Whose each telling text is: the ids of objects, and the canary in a tenant's name and in all its fields. */
export class Owners {
  readonly #owners = new Map<string, string>();

  /** From here on, all that tells in the text is the tenant's. */
  claim(tenantId: string, text: string): void {
    for (const telling of tellingTexts(text)) this.#owners.set(telling, tenantId);
  }

  /** What tells of anyone but the tenant. */
  foreignIn(text: string, tenantId: string): string[] {
    return tellingTexts(text).filter((telling) => (this.#owners.get(telling) ?? tenantId) !== tenantId);
  }
}

/** Everything that a request names, but for what it names to have it proved. */
export function namedIn({ method, path, query, params, idempotencyKey }: RecordedRequest): string {
  // A read may ask for any id: its answer is the proof. So may a search for the prices of products, which are proved one
  // by one when they come, and a list of a customer's objects, which is sent beside the proof of that customer.
  const isProof = path === "/v1/prices/search";
  const { customer: _, ...others } = params as Record<string, unknown>;
  const asked =
    method === "GET" ? { params: others, query: query.replace(/\bcustomer=\w+/, "") } : { params, query };
  const given = isProof ? "" : `${JSON.stringify(asked.params)}\n${decodeURIComponent(asked.query)}`;
  return [given, idempotencyKey, method === "GET" ? "" : path].join("\n");
}

/** A name that can be found again wherever it turns up. */
export function canaryName(role: string): string {
  return `${role}-canary-${randomUUID().slice(0, 8)}`;
}

function tellingTexts(text: string): readonly string[] {
  return [
    ...new Set(text.match(/\b[a-z]{2,9}_(?:[a-z]+_)?(?![a-z]+\b)[A-Za-z0-9]{8,}\b|canary-?[0-9a-f]{8}/g)),
  ];
}

/** What was printed and warned of since it was last cleared. */
export interface Console {
  readonly lines: readonly string[];
  clear(): void;
}

const METHODS = ["log", "info", "warn", "error", "debug", "trace"] as const;

/** Catches everything that is logged while a suite runs. */
export function watchConsole(): Console {
  const lines: string[] = [];
  const note = (...values: unknown[]) => lines.push(values.map((value) => bytesOf(value)).join(" "));
  beforeAll(() => {
    for (const method of METHODS) vi.spyOn(console, method).mockImplementation(note);
    process.on("warning", note);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    process.off("warning", note);
  });
  return {
    lines,
    clear: () => {
      lines.length = 0;
    },
  };
}
