import type { PortalSessionRecord } from "../../store/records/portal.js";
import type { Notice } from "./notices.js";
import { base, type OpenSession } from "./session.js";

/** The page that the session's flow leads to, until it is done; `undefined` where the whole portal is open. */
export function flowPath({ session }: Pick<OpenSession, "session">): string | undefined {
  const { flow, isFlowDone } = session;
  return flow === null || isFlowDone ? undefined : toFlowPath(flow);
}

/** Tells whether a page is part of the session's flow. */
export function isInFlow(open: OpenSession, path: string): boolean {
  const flow = flowPath(open);
  return flow !== undefined && path.startsWith(base(open) + flow);
}

/** The URL to go to after an action: the one that the flow names, else the front page. */
export function finish(open: OpenSession, path: string, done: Notice): string {
  const after = open.session.flow?.after_completion;
  if (isInFlow(open, path)) {
    if (after?.type === "redirect" && after.redirect) return after.redirect.return_url;
    if (after?.type === "hosted_confirmation") return `${base(open)}/confirmation`;
  }
  return `${base(open)}?done=${done}`;
}

function toFlowPath(flow: NonNullable<PortalSessionRecord["flow"]>): string {
  if (flow.subscription_cancel) return `/subscriptions/${flow.subscription_cancel.subscription}/cancel`;
  if (flow.subscription_pause) return `/subscriptions/${flow.subscription_pause.subscription}/pause`;
  if (flow.subscription_update) return `/subscriptions/${flow.subscription_update.subscription}/update`;
  if (flow.subscription_update_confirm) return "/confirm";
  return flow.type === "customer_update" ? "/details" : "/payment-method";
}
