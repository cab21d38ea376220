import { type Form, type FormValue, toElements } from "../declare/form.js";

/** An API request that was answered. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  /** The query string as it was sent, without the question mark. */
  readonly query: string;
  /** The parameters of query and body, decoded: text, lists and objects. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** The account it was for. */
  readonly account: string;
  readonly idempotencyKey: string | null;
  readonly requestId: string;
}

/** Keeps the latest requests, oldest first. */
export class Recorder {
  readonly #kept: number;
  #requests: RecordedRequest[] = [];

  constructor(kept: number) {
    this.#kept = kept;
  }

  get all(): readonly RecordedRequest[] {
    return this.#requests.slice(-this.#kept);
  }

  clear(): void {
    this.#requests = [];
  }

  note(request: RecordedRequest): void {
    if (this.#kept === 0) return;
    this.#requests.push(request);
    if (this.#requests.length > this.#kept * 2) this.#requests = this.#requests.slice(-this.#kept);
  }
}

/** Turns the lists of a form into arrays, so that tests can compare it. */
export function plainForm(form: Form): Record<string, unknown> {
  return Object.fromEntries(Object.entries(form).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: FormValue): unknown {
  if (typeof value === "string") return value;
  const elements = toElements(value);
  return elements && elements.length > 0 ? elements.map(plainValue) : plainForm(value);
}
