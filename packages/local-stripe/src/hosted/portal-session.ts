import { Act } from "../store/act.js";
import type { PortalConfigurationRecord, PortalSessionRecord, SubscriptionRecord } from "../store/records.js";
import type { World } from "../store/world.js";
import type { Worlds } from "../store/worlds.js";

/** An unused link lives five minutes; one that was opened, an hour after the last page. */
const UNUSED_SECONDS = 5 * 60;
const IDLE_SECONDS = 60 * 60;

/** A session whose link was opened, with all that its pages may show and change: one customer's things. */
export interface OpenSession {
  readonly world: World;
  readonly session: PortalSessionRecord;
  readonly configuration: PortalConfigurationRecord;
  readonly subscriptions: readonly SubscriptionRecord[];
}

/** Opens the session of a link, and counts it as used. `undefined` when there is none, or no longer. */
export function openSession(worlds: Worlds, secret: string): OpenSession | undefined {
  for (const world of worlds.all()) {
    const session = world.of("billing_portal.session").all({ secret })[0];
    if (session === undefined) continue;
    const expiresAt =
      session.usedAt === null ? session.created + UNUSED_SECONDS : session.usedAt + IDLE_SECONDS;
    if (world.now >= expiresAt || world.of("customer").get(session.customer) === undefined) return undefined;
    Act.run(world, null, (act) => act.change("billing_portal.session", session.id, { usedAt: act.now }));
    return {
      world,
      session,
      configuration: world.inPath("billing_portal.configuration", session.configuration),
      subscriptions: world.of("subscription").all({ customer: session.customer, ended: "false" }),
    };
  }
  return undefined;
}

/** A subscription of the session's own customer; any other is not there. */
export function ownSubscription(open: OpenSession, id: string): SubscriptionRecord | undefined {
  return open.subscriptions.find((one) => one.id === id);
}
