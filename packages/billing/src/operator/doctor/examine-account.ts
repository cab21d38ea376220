import { isBillingError } from "../../errors.js";
import { callOptions, checkInput } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { OpenScope } from "../each-page.js";
import { type AccountCheck, type AccountExamination, found } from "./account-check.js";
import { lookAtMarks, lookAtPortal } from "./look-at-account.js";
import { lookAtKey, lookAtPermissions } from "./look-at-key.js";

/** Every look, in the order of the report. Each asks Stripe by itself, so that one that fails hides no other. */
const LOOKS: Readonly<Record<string, (open: OpenScope) => Promise<readonly AccountCheck[]>>> = {
  permissions: lookAtPermissions,
  portal: (open) => lookAtPortal(open()),
  marks: lookAtMarks,
};

export async function examineAccount(open: OpenScope, options: CallOptions): Promise<AccountExamination> {
  checkInput(callOptions, options);
  const checks = [...(await lookAtKey(open()))];
  // Without a key, nothing else can be known.
  if (checks.every(({ status }) => status === "ok")) {
    for (const [name, look] of Object.entries(LOOKS))
      checks.push(...(await lookUnlessRefused(name, look, open)));
  }
  const isOk = !checks.some(({ status }) => status === "failure");
  return Object.freeze({ ok: isOk, checks: Object.freeze(checks) });
}

async function lookUnlessRefused(
  name: string,
  look: (open: OpenScope) => Promise<readonly AccountCheck[]>,
  open: OpenScope,
): Promise<readonly AccountCheck[]> {
  try {
    return await look(open);
  } catch (error) {
    if (!isBillingError(error)) throw error;
    return [
      found(name, "warning", `Could not be checked. ${error.message}`, "Try again once that is fixed."),
    ];
  }
}
