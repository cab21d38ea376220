import { Notice, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { base, type OpenSession } from "./session.js";

/** The end of a flow that asked for a page of its own. */
export const CONFIRMATION: PortalPage<OpenSession> = {
  path: "/confirmation",
  find: (open) => (open.session.isFlowDone ? open : undefined),
  show: (open) => (
    <PortalLayout title="Done" open={open}>
      <div class="narrow">
        <h1>Done</h1>
        <Notice>
          {open.session.flow?.after_completion.hosted_confirmation?.custom_message ??
            "Your change is recorded."}
        </Notice>
        {open.session.return_url === null ? (
          <a class="button" href={base(open)}>
            See your subscriptions
          </a>
        ) : (
          <a class="button primary" href={open.session.return_url}>
            Return to {open.account.context.businessName}
          </a>
        )}
      </div>
    </PortalLayout>
  ),
};
