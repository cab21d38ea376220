import { Act } from "../../store/act.js";
import { passTime } from "../../store/passing-time.js";
import type {
  CustomerRecord,
  PortalConfigurationRecord,
  PortalSessionRecord,
  SubscriptionRecord,
} from "../../store/records.js";
import type { World } from "../../store/world.js";
import type { Worlds } from "../../store/worlds.js";

/** An unused link lives five minutes; one that was opened, an hour after the last page. */
const UNUSED_SECONDS = 5 * 60;
const IDLE_SECONDS = 60 * 60;

/** A session whose link was opened, with all that its pages may show and change: one customer's things. */
export interface OpenSession {
  readonly world: World;
  readonly session: PortalSessionRecord;
  readonly configuration: PortalConfigurationRecord;
  readonly customer: CustomerRecord;
  readonly subscriptions: readonly SubscriptionRecord[];
  /** The time that the customer lives by: the server's, or that of its test clock. */
  readonly now: number;
}

/** Opens the session of a link, and counts it as used. `undefined` when there is none, or no longer. */
export function openSession(worlds: Worlds, secret: string): OpenSession | undefined {
  for (const world of worlds.all()) {
    const session = world.of("billing_portal.session").all({ secret })[0];
    if (session === undefined) continue;
    const expiresAt =
      session.usedAt === null ? session.created + UNUSED_SECONDS : session.usedAt + IDLE_SECONDS;
    if (world.now >= expiresAt || world.of("customer").get(session.customer) === undefined) return undefined;
    passTime(world, world.now);
    Act.run(world, null, (act) => act.change("billing_portal.session", session.id, { usedAt: act.now }));
    return look(world, session.id);
  }
  return undefined;
}

/** What the session shows at this moment. */
export function look(world: World, id: string): OpenSession {
  const session = world.inPath("billing_portal.session", id);
  const customer = world.inPath("customer", session.customer);
  const clock = customer.test_clock ?? null;
  return {
    world,
    session,
    customer,
    configuration: world.inPath("billing_portal.configuration", session.configuration),
    subscriptions: world.of("subscription").all({ customer: customer.id, ended: "false" }, (one) => {
      const { on_behalf_of: account } = session;
      return account === null || one.on_behalf_of === account;
    }),
    now: clock === null ? world.now : world.inPath("test_helpers.test_clock", clock).frozen_time,
  };
}

/** A subscription of the session's own customer; any other is not there. */
export function ownSubscription(open: OpenSession, id: string): SubscriptionRecord | undefined {
  return open.subscriptions.find((one) => one.id === id);
}

/** Where the session's front page is; every other page is below it. */
export function base({ session }: Pick<OpenSession, "session">): string {
  return `/p/session/${session.secret}`;
}
