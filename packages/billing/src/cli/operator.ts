import { userInfo } from "node:os";
import type { BillingOperator } from "../billing-operator.js";
import { openService, SERVICE_OPTIONS, type ServiceValues } from "./service.js";
import type { Terminal } from "./terminal.js";

/** The options of every command that acts as operator. */
export const OPERATOR_OPTIONS: typeof SERVICE_OPTIONS & {
  readonly actor: { readonly value: string; readonly help: string };
} = {
  ...SERVICE_OPTIONS,
  actor: { value: "<name>", help: "the actor in the application's audit events (default: your user name)" },
};

export interface OperatorValues extends ServiceValues {
  readonly actor: string | undefined;
}

/** @throws UsageError | ConfigurationError where there is no service, or none that has an operator. */
export async function openOperator(values: OperatorValues, terminal: Terminal): Promise<BillingOperator> {
  const service = await openService(values, terminal);
  return service.asOperator({ actor: values.actor ?? `billing/${nameOfUser()}` });
}

function nameOfUser(): string {
  try {
    return userInfo().username.replaceAll(/[^\w.-]/g, "-");
  } catch {
    // A container may run under a number that has no name.
    return "unknown";
  }
}
