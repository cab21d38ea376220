import { raw } from "hono/html";
import type { Child, FC } from "hono/jsx";
import { ICON_PATH } from "./icon.js";
import { STYLES } from "./styles.js";

interface LayoutProps {
  readonly title: string;
  readonly language?: string;
  /** The panel beside the page: whose it is and where it leads back to. */
  readonly aside?: Child;
  readonly livemode?: boolean;
  readonly children?: Child;
}

/** The frame of every hosted page. */
export const Layout: FC<LayoutProps> = ({ title, language = "en", aside, livemode = false, children }) => (
  <>
    {raw("<!doctype html>")}
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" type="image/svg+xml" href={ICON_PATH} />
        <style>{raw(STYLES)}</style>
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <div class="frame">
          <header class="side">
            {aside}
            <p class="mark">
              {livemode ? null : <span class="badge">Test mode</span>} Served by <strong>local-stripe</strong>
            </p>
          </header>
          <main id="main">{children}</main>
        </div>
      </body>
    </html>
  </>
);
