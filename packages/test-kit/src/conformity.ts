import { refusedByStripeMock, type SentRequest } from "./accepted-requests.js";
import { OpenApi } from "./openapi.js";
import { stripeMockUrl } from "./servers.js";
import { findSpecification } from "./specification.js";

const specification = findSpecification();
const openApi = specification && new OpenApi(specification);
if (openApi === undefined) {
  const loss =
    "Stripe's OpenAPI specification was not found (no Go toolchain, no STRIPE_OPENAPI): answers are not checked.";
  if (process.env["CI"]) throw new Error(loss);
  process.stderr.write(`\n!!! ${loss}\n\n`);
}

/** The part of a local Stripe's answer that is checked. */
interface GivenAnswer extends SentRequest {
  readonly status: number;
  readonly version: string;
  readonly body: string;
}

/** Compares a local Stripe with Stripe's specification and with stripe-mock. */
export interface Conformity {
  /** To be given to the server. */
  readonly onAnswer: (answer: GivenAnswer) => void;
  /** The differences, each listed once; empty where there are none. */
  problems(): Promise<readonly string[]>;
}

/** The shapes that this process has checked or is about to. */
const seen = new Set<string>();

/**
 * Checks every answer against Stripe's specification, and sends every accepted request to stripe-mock, which must accept
 * it too. The first server of a process to show a shape is the one that is checked for it.
 */
export function startConformity(): Conformity {
  const answers: GivenAnswer[] = [];
  const accepted: GivenAnswer[] = [];
  return {
    // Checks at the end, so that no test is slower for it.
    onAnswer: (answer) => {
      const { method, path, form, status, version, body } = answer;
      // The specification describes one version's answers.
      if (!version.startsWith("2026") || body === "") return;
      // The specification in stripe-mock's module covers v1 only.
      if (path.startsWith("/v2/")) return;
      if (isFirst(`${method} ${path} ${status} ${body}`)) answers.push(answer);
      if (status === 200 && isFirst(`${method} ${path} ${form}`)) accepted.push(answer);
    },
    problems: async () => {
      const url = stripeMockUrl();
      const problems = [
        ...answers.flatMap((answer) => openApi?.problems({ ...answer, body: JSON.parse(answer.body) }) ?? []),
        ...(url === undefined ? [] : await refusedByStripeMock(url, accepted)),
      ];
      return [...new Set(problems)];
    },
  };
}

/** Texts that differ only in ids, numbers and random parts have one shape. */
function isFirst(text: string): boolean {
  const shape = RANDOM_PARTS.reduce((rest, [part, stand]) => rest.replace(part, stand), text);
  if (seen.has(shape)) return false;
  seen.add(shape);
  return true;
}

/** Whatever a server or a test draws by lot, which would make each text the first of its shape. */
const RANDOM_PARTS: readonly (readonly [RegExp, string])[] = [
  // An id, a secret.
  [/_[A-Za-z0-9]{14,}/g, "_"],
  // A part of a UUID, as tests have in names. No word is of these letters alone.
  [/[0-9a-f]{8,}/g, "0"],
  // A promotion code, the prefix of an invoice's number, and that number.
  [/"[A-Z0-9]{8}(?:-\d+)?"/g, '"X"'],
  // The fingerprint of a card.
  [/"(?=[A-Za-z]*\d)[A-Za-z0-9]{16}"/g, '"X"'],
  [/\d+/g, "0"],
];
