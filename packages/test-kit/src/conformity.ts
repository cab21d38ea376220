import { refusedByStripeMock, type SentRequest } from "./accepted-requests.js";
import { findOpenApi } from "./openapi.js";
import { stripeMockUrl } from "./servers.js";

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
  const answers: GivenAnswer[] = [];
  const accepted: GivenAnswer[] = [];
  return {
    // What takes time waits for the end, so that no test is slower for it.
    onAnswer: (answer) => {
      const { method, path, form, status, version, body } = answer;
      // In the form of an older version an answer is not the one that is specified.
      if (!version.startsWith("2026") || body === "") return;
      // The specification in stripe-mock's module covers v1 only.
      if (path.startsWith("/v2/")) return;
      if (isFirst(`${method} ${path} ${status} ${body}`)) answers.push(answer);
      if (status === 200 && isFirst(`${method} ${path} ${form}`)) accepted.push(answer);
    },
    problems: async () => {
      const url = stripeMockUrl();
      return [
        ...new Set([
          ...answers.flatMap(
            (answer) => openApi?.problems({ ...answer, body: JSON.parse(answer.body) }) ?? [],
          ),
          ...(url === undefined ? [] : await refusedByStripeMock(url, accepted)),
        ]),
      ];
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
