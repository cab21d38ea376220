/** The result of one check. */
export interface AccountCheck {
  /** The subject of the check, such as `key` or `portal`. */
  readonly check: string;
  readonly status: "ok" | "warning" | "failure";
  /** The finding; never a key or a secret. */
  readonly fact: string;
  /** The next step; null if there is nothing to do. */
  readonly advice: string | null;
}

/** The results of checking the Stripe account that a service uses. */
export interface AccountExamination {
  /** False if a check failed. */
  readonly ok: boolean;
  readonly checks: readonly AccountCheck[];
}

export function found(
  check: string,
  status: AccountCheck["status"],
  fact: string,
  advice: string | null = null,
): AccountCheck {
  return Object.freeze({ check, status, fact, advice });
}
