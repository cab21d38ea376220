import { inject } from "vitest";
import { findOpenApi } from "./openapi.js";
import { refusedByStripeMock, type SentRequest } from "./stripe-mock.js";

declare module "vitest" {
  interface ProvidedContext {
    /** Where stripe-mock answers; undefined where none could be had. */
    stripeMockUrl: string | undefined;
  }
}

const openApi = findOpenApi();
if (openApi === undefined) {
  const loss =
    "Stripe's OpenAPI specification is not to be had (no Go toolchain, no STRIPE_OPENAPI): answers are not checked";
  if (process.env["CI"] === "true") throw new Error(loss);
  process.stderr.write(`${loss}\n`);
}

/** What a server tells of every answer, in so far as it matters here. Other packages' tests use this without its sources. */
interface GivenAnswer extends SentRequest {
  readonly status: number;
  readonly version: string;
  readonly body: string;
}

/** What others say about the answers of a server and about the requests that it accepts. */
export interface Conformity {
  readonly onAnswer: (answer: GivenAnswer) => void;
  /** What does not conform, each said once; nothing, when all does. */
  problems(): Promise<readonly string[]>;
}

/** What was checked by any server of this file. */
const seen = new Set<string>();

/**
 * Holds every answer against Stripe's specification, and sends every request that is accepted to stripe-mock as well,
 * which must accept it too.
 */
export function startConformity(): Conformity {
  const problems = new Set<string>();
  const accepted: GivenAnswer[] = [];
  return {
    onAnswer: (answer) => {
      // In the form of an older version an answer is not the one that is specified.
      if (!answer.version.startsWith("2026") || answer.body === "") return;
      const { method, path, form, status, body } = answer;
      if (status === 200 && isFirst(`${method} ${path} ${form}`)) accepted.push(answer);
      if (!isFirst(`${method} ${path} ${status} ${body}`)) return;
      for (const problem of openApi?.problems({ ...answer, body: JSON.parse(body) }) ?? []) {
        problems.add(problem);
      }
    },
    problems: async () => {
      const url = inject("stripeMockUrl");
      if (url === undefined) return [...problems];
      for (const problem of await refusedByStripeMock(url, accepted)) problems.add(problem);
      return [...problems];
    },
  };
}

/** Texts that differ only in ids and numbers have the same shape, which is all that is checked. */
function isFirst(text: string): boolean {
  const shape = text.replace(/_[A-Za-z0-9]{14,}/g, "_").replace(/\d+/g, "0");
  if (seen.has(shape)) return false;
  seen.add(shape);
  return true;
}
