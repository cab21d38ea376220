import type { StripeBillingService } from "../src/index.js";
import { clientThat } from "./isolation/intercepted-client.js";
import type { StripeWorld } from "./stripe-world.js";

/** acme's service in another process, whose nth write comes to Stripe just after what `meanwhile` does. */
export function overtakenBy(
  world: StripeWorld,
  meanwhile: () => Promise<unknown>,
  nth = 1,
): StripeBillingService {
  let writes = 0;
  const stripe = clientThat(world.local, async ({ method }, send) => {
    if (method !== "GET" && ++writes === nth) await meanwhile();
    return send();
  });
  return world.service({ stripe }).forTenant("acme");
}
