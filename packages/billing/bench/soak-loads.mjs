/** What the soak asks of the service, part by part. Each runs so many calls at a time, and ends what it opened. */
import { setMaxListeners } from "node:events";
import { Agent } from "node:http";
import { directoryTenancy, memoryDirectory, StripeBillingService } from "@repo/billing";
import { startLocalServer } from "./local-server.mjs";
import { createRecordedStripe } from "./recorded-stripe.mjs";
import { AT_ONCE, atOnce } from "./soak-at-once.mjs";
import { stored, webhooks } from "./soak-webhooks.mjs";

const PORTAL = { returnUrl: "https://app.example.com/" };

export const LOADS = { tenants, calls, webhooks, stored };

/** Each tenant is bound, reads its subscription and its empty catalogue, and never comes again. */
async function tenants() {
  const stripe = await createRecordedStripe();
  const billing = new StripeBillingService({ stripe, portal: PORTAL });
  let met = 0;
  return {
    // More than any cache of the service has entries.
    first: 45_000,
    run: async (count) => {
      await atOnce(count, async () => {
        const n = met++;
        const tenant = billing.forTenant(`t${n}`);
        await tenant.getSubscription(`sub_soak${n}`);
        await tenant.listCustomerSubscriptions(`cus_soak${n}`);
        await tenant.listTenantProducts();
      });
      return { tenants: count };
    },
    end: async () => undefined,
  };
}

/** Calls over connections that are kept, by a service made for each: answered, ended by a deadline, given up. */
async function calls() {
  const server = await startLocalServer();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const stripe = server.createStripe({ httpAgent: agent });
  const directory = memoryDirectory();
  const customer = await stripe.customers.create({ metadata: { tenantId: "acme" } });
  await directory.link("acme", customer.id);
  const tenancy = directoryTenancy(directory);
  const failures = { deadline: 0, aborted: 0 };
  /** The signal that an application aborts when it stops, and every call listens to. */
  const stopped = new AbortController();
  // Warns of one listener more than there are calls at once.
  setMaxListeners(AT_ONCE, stopped.signal);
  const one = async (n) => {
    const acme = new StripeBillingService({ stripe, tenancy, tenantId: "acme", portal: PORTAL });
    try {
      if (n % 20 === 1) await acme.createCustomerPortalSession(customer.id);
      else if (n % 20 === 2) await acme.getCustomer(customer.id, { timeoutMs: 1 });
      else if (n % 20 === 3) await acme.getCustomer(customer.id, { signal: AbortSignal.timeout(1) });
      else await acme.getCustomer(customer.id, { signal: stopped.signal });
    } catch (error) {
      if (failures[error.code] === undefined) throw error;
      failures[error.code] += 1;
    }
  };
  return {
    run: async (count) => {
      const some = Math.ceil(count / 10);
      await atOnce(some, one);
      return { calls: some };
    },
    end: async () => {
      agent.destroy();
      await server.stop();
    },
  };
}
