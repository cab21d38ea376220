import { createHash } from "node:crypto";
import type { Context } from "hono";
import { raw } from "hono/html";
import type { FC } from "hono/jsx";
import type { CheckoutSessionRecord } from "../store/records/checkout.js";
import { Layout } from "./layout.js";

/**
 * Leads on from a session that was just completed. In a frame, only the page around it can go elsewhere, so it is told:
 * `stripe-js.ts` listens.
 */
export function leaveCheckout(
  context: Context,
  session: CheckoutSessionRecord,
): Response | Promise<Response> {
  const address = leadsTo(session);
  const isFramed = context.req.header("sec-fetch-dest") === "iframe";
  if (address !== null && !isFramed) return context.redirect(address, 303);
  return context.html(<CompletedPage session={session} returnUrl={address} />);
}

/** Stripe puts the session's id where the application asks for it. */
function leadsTo({
  id,
  redirect_on_completion,
  return_url,
  success_url,
}: CheckoutSessionRecord): string | null {
  // A card is paid with on the page itself, which is no reason to leave it.
  const url = redirect_on_completion === "if_required" ? null : (return_url ?? success_url);
  return url?.replaceAll("{CHECKOUT_SESSION_ID}", id) ?? null;
}

const TELL_PAGE_AROUND = `parent.postMessage(
  { type: "checkout.complete", returnUrl: document.getElementById("return")?.href ?? null },
  "*",
);`;

/** What a content security policy calls the page's script. */
export const SCRIPT_HASH: string = `'sha256-${createHash("sha256").update(TELL_PAGE_AROUND).digest("base64")}'`;

const CompletedPage: FC<{ readonly session: CheckoutSessionRecord; readonly returnUrl: string | null }> = ({
  session,
  returnUrl,
}) => (
  <Layout title="Completed" livemode={session.livemode}>
    <div class="narrow">
      <h1>{session.mode === "setup" ? "Your card is saved" : "Thank you"}</h1>
      {returnUrl === null ? (
        <p>Nothing is left to do here.</p>
      ) : (
        <a class="button" id="return" href={returnUrl} target="_top">
          Continue
        </a>
      )}
    </div>
    <script>{raw(TELL_PAGE_AROUND)}</script>
  </Layout>
);
