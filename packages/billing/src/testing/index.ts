/**
 * Checks for an application's own tests: the contract of a webhook inbox, and attacks of one tenant on another. They
 * work with any test runner.
 *
 * @module
 */
import { assertNode } from "../assert-node.js";

export {
  type InboxContractCase,
  type InboxContractOptions,
  inboxContract,
} from "./inbox-contract/contract.js";
export type { OpenInbox, StoreFaults, TransactionProbe } from "./inbox-contract/open-inbox.js";
export type { TenantUnderTest } from "./isolation/attacked-methods.js";
export {
  checkTenantIsolation,
  type TenantIsolationCheck,
  type TenantIsolationOptions,
  type TenantIsolationReport,
} from "./isolation/isolation.js";

assertNode();
