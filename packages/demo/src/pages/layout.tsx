import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";
import type { Workspace } from "../workspaces.js";

interface LayoutProps {
  readonly title: string;
  readonly workspace?: Workspace;
  /** Keeps the parts marked `data-live` current as webhooks arrive. */
  readonly live?: boolean;
  /** Loads the page again after so many seconds, without a script. */
  readonly refreshSeconds?: number;
  readonly children?: Child;
}

/** Wraps every page. */
export const Layout: FC<LayoutProps> = ({ title, workspace, live = false, refreshSeconds, children }) => (
  <>
    {raw("<!doctype html>")}
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {refreshSeconds === undefined ? null : <meta http-equiv="refresh" content={String(refreshSeconds)} />}
        <title>{`${title} · Lumen`}</title>
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href="/styles.css" />
        {live ? <script src="/live.js" defer></script> : null}
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <header class="bar">
          <div class="bar-inside">
            <a class="brand" href={workspace ? "/billing" : "/"}>
              <Mark /> Lumen
            </a>
            {workspace ? <Account workspace={workspace} /> : null}
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

const Account: FC<{ readonly workspace: Workspace }> = ({ workspace }) => (
  <div class="account">
    <p>
      <strong>{workspace.name}</strong>
      <span class="person">{workspace.person}</span>
    </p>
    <form method="post" action="/sign-out">
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
