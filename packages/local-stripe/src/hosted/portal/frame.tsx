import type { Child, FC } from "hono/jsx";
import { formatFor } from "../format.js";
import { Layout } from "../layout.js";
import { flowPath } from "./flow.js";
import { base, type OpenSession } from "./session.js";

export interface OpenProps {
  readonly open: OpenSession;
}

/** The frame of the portal's pages, in the words of its configuration. */
export const PortalLayout: FC<OpenProps & { readonly title: string; readonly children?: Child }> = (
  props,
) => {
  const { account, session, configuration } = props.open;
  const {
    headline,
    privacy_policy_url: privacy,
    terms_of_service_url: terms,
  } = configuration.business_profile;
  return (
    <Layout
      title={props.title}
      language={formatFor(session).language}
      livemode={session.livemode}
      aside={
        <>
          <h2>{headline ?? "Manage your billing"}</h2>
          {session.return_url === null ? null : (
            <p>
              <a href={session.return_url}>
                <span aria-hidden="true">←</span> Return to {account.context.businessName}
              </a>
            </p>
          )}
          {terms === null && privacy === null ? null : (
            <p class="legal">
              {terms === null ? null : <a href={terms}>Terms</a>}
              {privacy === null ? null : <a href={privacy}>Privacy</a>}
            </p>
          )}
        </>
      }
    >
      {props.children}
    </Layout>
  );
};

export const Notice: FC<{ readonly children?: Child }> = ({ children }) => (
  <p class="notice" role="status">
    {children}
  </p>
);

/** The way back without doing anything. A flow stands alone, and leads back to the application only. */
export const GoBack: FC<OpenProps & { readonly to?: string }> = ({ open, to = "" }) => {
  const isAlone = flowPath(open) !== undefined;
  const href = isAlone && to === "" ? open.session.return_url : base(open) + to;
  return href === null ? null : (
    <a class="button" href={href}>
      Go back
    </a>
  );
};
