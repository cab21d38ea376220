import type { OwnerProblem } from "../../tenancy/tenancy.js";

export type AuditedKind = "customer" | "product" | "price" | "coupon" | "promotion_code" | "subscription";

/**
 * In addition to the reasons why an object has no owner:
 *
 * - `unknown_tenant`: its mark names a tenant that the application does not know.
 * - `foreign_mark`: its mark names another tenant than the object it belongs to: a price's product, a subscription's
 *   customer.
 * - `duplicate_reference`: an older customer of the tenant has the same reference; `ensureCustomer` uses that one.
 */
export type MarkProblem = OwnerProblem | "unknown_tenant" | "foreign_mark" | "duplicate_reference";

export interface MarkFinding {
  readonly kind: AuditedKind;
  readonly objectId: string;
  readonly problem: MarkProblem;
  readonly fact: string;
}

export interface MarksReport {
  /** The number of objects examined, by kind. */
  readonly looked: Readonly<Record<AuditedKind, number>>;
  /** The number of findings, by problem; problems without findings are left out. */
  readonly problems: Readonly<Partial<Record<MarkProblem, number>>>;
  /** The first findings, up to `most`. */
  readonly findings: readonly MarkFinding[];
}

/** Counts what an audit looks at and finds, and keeps the first findings. */
export class Findings {
  readonly #looked = { customer: 0, product: 0, price: 0, coupon: 0, promotion_code: 0, subscription: 0 };
  readonly #problems = new Map<MarkProblem, number>();
  readonly #findings: MarkFinding[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  look(kind: AuditedKind, count: number): void {
    this.#looked[kind] += count;
  }

  add(kind: AuditedKind, objectId: string, problem: MarkProblem, fact: string): void {
    this.#problems.set(problem, (this.#problems.get(problem) ?? 0) + 1);
    if (this.#findings.length < this.#most) {
      this.#findings.push(Object.freeze({ kind, objectId, problem, fact }));
    }
  }

  toReport(): MarksReport {
    return Object.freeze({
      looked: Object.freeze({ ...this.#looked }),
      problems: Object.freeze(Object.fromEntries(this.#problems)),
      findings: Object.freeze([...this.#findings]),
    });
  }
}
