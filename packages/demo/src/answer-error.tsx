import { isBillingError, toProblemResponse } from "@repo/billing";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { ErrorPage } from "./pages/error-page.js";

export type Log = (line: string) => void;

/** Answers an error as problem+json for programs, and as a page for people. */
export function answerError(log: Log): (error: Error, c: Context) => Response | Promise<Response> {
  return (error, c) => {
    if (isBillingError(error)) {
      const answer = toProblemResponse(error);
      // The operator needs to know of the server's own failures. As JSON, the error holds nothing private.
      if (answer.status >= 500) log(JSON.stringify(error));
      return wantsJson(c)
        ? answer
        : answerPage(c, answer.status, answer.status < 500 ? error.message : APOLOGY);
    }
    if (error instanceof HTTPException) return answerPlainly(c, error.status, error.message || RELOAD);
    log(error.stack ?? error.message);
    return answerPlainly(c, 500, APOLOGY);
  };
}

export function answerNotFound(c: Context): Response | Promise<Response> {
  return answerPlainly(c, 404, "There is no such page.");
}

const APOLOGY = "Something failed on our side. Nothing you did is lost; please try again in a moment.";
const RELOAD = "Reload the page and try again.";

function answerPlainly(c: Context, status: number, detail: string): Response | Promise<Response> {
  if (!wantsJson(c)) return answerPage(c, status, detail);
  return Response.json({ type: "about:blank", status, detail }, { status, headers: PROBLEM });
}

function answerPage(c: Context, status: number, detail: string): Response | Promise<Response> {
  // Only error statuses arrive here, and those may have a body.
  const home = c.req.path.startsWith("/office") ? "/office" : "/billing";
  return c.html(<ErrorPage status={status} detail={detail} home={home} />, status as ContentfulStatusCode);
}

function wantsJson(c: Context): boolean {
  const supports = ["text/html", "application/json"];
  return (
    c.req.path.startsWith("/api/") ||
    accepts(c, { header: "Accept", supports, default: "text/html" }) === "application/json"
  );
}

const PROBLEM = { "content-type": "application/problem+json", "cache-control": "no-store" };
