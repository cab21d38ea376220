import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";
import type { Workspace } from "../workspaces.js";

interface LayoutProps {
  readonly title: string;
  /** Whose pages these are: a tenant's, */
  readonly workspace?: Workspace;
  /** or the back office's, by the name of who is signed in there. */
  readonly operator?: string;
  /** The page's own address, to mark it in the navigation. */
  readonly path?: string;
  /** Announces changes, so that the parts marked `data-live` stay current. */
  readonly updates?: string;
  /** Loads the page again after so many seconds, without a script. */
  readonly refreshSeconds?: number;
  readonly children?: Child;
}

type Links = readonly (readonly [path: string, name: string])[];

const TENANT_LINKS: Links = [
  ["/reports", "Reports"],
  ["/audit-log", "Audit log"],
  ["/billing", "Billing"],
];
const OFFICE_LINKS: Links = [
  ["/office", "Tenants"],
  ["/office/plans", "Shared plans"],
  ["/office/webhooks", "Webhooks"],
];

/** Wraps every page. */
export const Layout: FC<LayoutProps> = (props) => {
  const { title, workspace, operator, path, updates, refreshSeconds, children } = props;
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          {refreshSeconds === undefined ? null : (
            <meta http-equiv="refresh" content={String(refreshSeconds)} />
          )}
          <title>{`${title} · Lumen`}</title>
          <link rel="icon" href={ICON} />
          <link rel="stylesheet" href="/styles.css" />
          {updates === undefined ? null : <script src="/live.js" data-updates={updates} defer></script>}
        </head>
        <body>
          <a class="skip" href="#main">
            Skip to content
          </a>
          <header class="bar">
            <div class="bar-inside">
              <a class="brand" href={workspace ? "/billing" : operator ? "/office" : "/"}>
                <Mark /> Lumen
              </a>
              {workspace === undefined ? null : (
                <>
                  <Navigation links={TENANT_LINKS} path={path} />
                  <Account name={workspace.name} person={workspace.person} signOut="/sign-out" />
                </>
              )}
              {operator === undefined ? null : (
                <>
                  <Navigation links={OFFICE_LINKS} path={path} />
                  <Account name="Back office" person={operator} signOut="/office/sign-out" />
                </>
              )}
            </div>
          </header>
          <main id="main">{children}</main>
          <footer>
            A demonstration of <code>@repo/billing</code>. Companies, people and prices are made up.
          </footer>
        </body>
      </html>
    </>
  );
};

const Navigation: FC<{ readonly links: Links; readonly path: string | undefined }> = ({ links, path }) => (
  <nav aria-label="Pages">
    {links.map(([href, name]) => (
      <a href={href} {...(href === path && { "aria-current": "page" })}>
        {name}
      </a>
    ))}
  </nav>
);

interface AccountProps {
  readonly name: string;
  readonly person: string;
  readonly signOut: string;
}

const Account: FC<AccountProps> = ({ name, person, signOut }) => (
  <div class="account">
    <p>
      <strong>{name}</strong>
      <span class="person">{person}</span>
    </p>
    <form method="post" action={signOut}>
      <button type="submit" class="quiet">
        Sign out
      </button>
    </form>
  </div>
);

const Mark: FC = () => (
  <svg class="mark" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true">
    <circle cx="12" cy="12" r="11" />
    <path d="M12 1a11 11 0 0 1 0 22z" />
  </svg>
);

const ICON =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E" +
  "%3Ccircle cx='12' cy='12' r='11' fill='%23bfe3d3'/%3E%3Cpath d='M12 1a11 11 0 0 1 0 22z' fill='%230b6650'/%3E%3C/svg%3E";
