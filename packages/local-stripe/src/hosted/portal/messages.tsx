import type { Context } from "hono";
import { message } from "../message.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { OpenSession } from "./session.js";

/** Said of every link that does not open: never was, was not used in time, or was not used for too long. */
export function expired(context: Context): Response | Promise<Response> {
  return message(
    context,
    404,
    "This link has expired",
    "A billing page can be opened for a short time only. Go back to the application and ask for a new one.",
  );
}

export function forbidden(context: Context): Response | Promise<Response> {
  return message(
    context,
    403,
    "This form is not valid",
    "Go back, reload the page and try again. Nothing was changed.",
  );
}

export function notFound(context: Context): Response | Promise<Response> {
  return message(context, 404, NOTHING, "This page does not belong to your billing.");
}

/** Said within a session of a page that is switched off, of somebody else's, or for what is done already. */
export function nothingHere(context: Context, open: OpenSession): Response | Promise<Response> {
  return context.html(
    <PortalLayout title={NOTHING} open={open}>
      <div class="narrow">
        <h1>{NOTHING}</h1>
        <p>What this page is for is done already, or is not offered to you.</p>
        <GoBack open={open} />
      </div>
    </PortalLayout>,
    404,
  );
}

const NOTHING = "There is nothing to do here";
