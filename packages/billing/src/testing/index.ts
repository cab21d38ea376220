/**
 * What an application runs in its own tests: the promises of a webhook inbox, and the attacks of one tenant on another.
 * Nothing here needs a test runner.
 *
 * @module
 */
export {
  type InboxContractCase,
  type InboxContractOptions,
  inboxContract,
  type OpenInbox,
} from "./inbox-contract.js";
export {
  checkTenantIsolation,
  type TenantIsolationCheck,
  type TenantIsolationOptions,
  type TenantIsolationReport,
  type TenantUnderTest,
} from "./isolation.js";
