import { createHash, createHmac, randomUUID } from "node:crypto";
import type { Context, Hono } from "hono";
import { ApiError } from "../../api-error.js";
import type { Transaction } from "../../store/account-data.js";
import type { Accounts } from "../../store/accounts.js";
import { transact } from "../../store/transaction.js";
import { finish, isInFlow } from "./flow.js";
import type { PageForm, Trouble } from "./form.js";
import { expired, forbidden, nothingHere } from "./messages.js";
import type { Notice } from "./notices.js";
import { base, look, type OpenSession, openSession } from "./session.js";

/** One page of the portal and what its form does, about a subject that is looked up anew for every request. */
export interface PortalPage<Subject> {
  /** Below the session's address. */
  readonly path: string;
  /** `undefined` where there is no such page: switched off, of another customer, or with nothing left to do. */
  readonly find: (open: OpenSession, request: PageRequest) => Subject | undefined;
  readonly show: (subject: Subject, form: PageForm) => Html | Elsewhere;
  /** The state that the customer saw. A form filled in over another state is shown again instead of carried out. */
  readonly seen?: (subject: Subject) => unknown;
  /** Does what the form asks, or throws why not, which is then shown on the page. */
  readonly submit?: (tx: Transaction, subject: Subject, fields: URLSearchParams) => Notice | Elsewhere;
}

/** Another page of the portal, below the session's address. */
export interface Elsewhere {
  readonly goTo: string;
}

export interface PageRequest {
  readonly param: (name: string) => string;
  readonly query: URLSearchParams;
  /** The filled-in form, once it was sent. */
  readonly fields: URLSearchParams | undefined;
}

type Html = Parameters<Context["html"]>[0];

export function mount<Subject>(app: Hono, accounts: Accounts, page: PortalPage<Subject>): void {
  const path = `/session/:secret${page.path}`;
  app.get(path, (context) => {
    const open = openSession(accounts, context.req.param("secret") ?? "");
    return open === undefined ? expired(context) : display(context, page, open);
  });
  app.post(path, async (context) => {
    const fields = new URLSearchParams(await context.req.text());
    const open = openSession(accounts, context.req.param("secret") ?? "");
    if (open === undefined) return expired(context);
    // A form counts only with the token that the session's own pages carry.
    if (fields.get("csrf_token") !== open.session.csrfToken) return forbidden(context);
    return carryOut(context, page, open, fields);
  });
}

function display<Subject>(
  context: Context,
  page: PortalPage<Subject>,
  open: OpenSession,
  again?: { readonly fields: URLSearchParams; readonly trouble: Trouble },
): Response | Promise<Response> {
  const subject = page.find(open, readRequest(context, undefined));
  if (subject === undefined) return nothingHere(context, open);
  const form: PageForm = {
    action: formAction(context),
    token: open.session.csrfToken,
    id: randomUUID(),
    seen: seal(open, page.seen?.(subject)),
    fields: again?.fields,
    trouble: again?.trouble,
  };
  const shown = page.show(subject, form);
  return isElsewhere(shown)
    ? context.redirect(base(open) + shown.goTo, 303)
    : context.html(shown, again?.trouble.status ?? 200);
}

function carryOut<Subject>(
  context: Context,
  page: PortalPage<Subject>,
  open: OpenSession,
  fields: URLSearchParams,
): Response | Promise<Response> {
  const { account, session } = open;
  const sent = createHash("sha256").update(`${context.req.path}?${fields}`).digest("hex");
  // Sent twice, by two clicks or by a reload, it is done once.
  if (session.lastForm?.sent === sent) return context.redirect(session.lastForm.location, 303);

  const subject = page.find(open, readRequest(context, fields));
  if (subject === undefined || page.submit === undefined) return nothingHere(context, open);
  const { submit } = page;
  if (fields.get("seen") !== seal(open, page.seen?.(subject))) {
    return display(context, page, open, { fields, trouble: STALE });
  }
  try {
    const location = transact(account, null, (tx) => {
      tx.followClock(open.customer);
      const done = submit(tx, subject, fields);
      const isDone = !isElsewhere(done);
      const next = isDone ? finish(open, context.req.path, done) : base(open) + done.goTo;
      const isFlowDone = session.isFlowDone || (isDone && isInFlow(open, context.req.path));
      tx.change("billing_portal.session", session.id, { lastForm: { sent, location: next }, isFlowDone });
      return next;
    });
    return context.redirect(location, 303);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { code, param } = error.details;
    const trouble: Trouble = {
      message: error.message,
      status: 422,
      ...(code && { code }),
      ...(param && { field: param }),
    };
    // A payment that was tried and failed has left its mark.
    return display(context, page, look(account, session.id), { fields, trouble });
  }
}

const STALE: Trouble = {
  message: "This has changed since you opened the page. Look at it again before you go on.",
  status: 409,
};

/** Signs the state that was shown, so that a form cannot claim to have seen another. */
function seal({ session }: OpenSession, seen: unknown): string {
  return createHmac("sha256", session.sealKey)
    .update(JSON.stringify(seen) ?? "")
    .digest("hex");
}

function readRequest(context: Context, fields: URLSearchParams | undefined): PageRequest {
  return {
    param: (name) => context.req.param(name) ?? "",
    query: new URL(context.req.url).searchParams,
    fields,
  };
}

function formAction(context: Context): string {
  const { pathname, search } = new URL(context.req.url);
  return pathname + search;
}

function isElsewhere(shown: unknown): shown is Elsewhere {
  return typeof shown === "object" && shown !== null && "goTo" in shown;
}
