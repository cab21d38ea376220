import { type Context, Hono } from "hono";
import { endSubscription, FEEDBACK, lastPeriodEnd, scheduleCancellation } from "../billing/cancellation.js";
import { Act } from "../store/act.js";
import type { SubscriptionRecord } from "../store/records.js";
import type { Worlds } from "../store/worlds.js";
import { Layout } from "./layout.js";
import { CancelPage, ConfirmationPage, HomePage, KeepPage } from "./portal-pages.js";
import { type OpenSession, openSession, ownSubscription } from "./portal-session.js";

/** The customer portal, at the address of a session. */
export function portalPages(worlds: Worlds): Hono {
  const app = new Hono();

  app.get("/session/:secret", (context) =>
    within(worlds, context, (open) => {
      if (open.session.flow === null || context.req.query("done") !== undefined) {
        return page(context, <HomePage open={open} done={context.req.query("done")} />);
      }
      return startFlow(context, open);
    }),
  );

  app.get("/session/:secret/confirmation", (context) =>
    within(worlds, context, (open) => page(context, <ConfirmationPage open={open} />)),
  );

  app.get("/session/:secret/subscriptions/:subscription/cancel", (context) =>
    within(worlds, context, (open) => {
      const subscription = ownSubscription(open, context.req.param("subscription"));
      if (!subscription || !open.configuration.features.subscription_cancel.enabled) return notFound(context);
      return page(context, <CancelPage open={open} subscription={subscription} />);
    }),
  );

  app.post("/session/:secret/subscriptions/:subscription/cancel", (context) =>
    withForm(worlds, context, (open, form) => {
      const subscription = ownSubscription(open, context.req.param("subscription"));
      if (!subscription || !open.configuration.features.subscription_cancel.enabled) return notFound(context);
      cancelInPortal(open, subscription, form);
      return finish(context, open, "canceled");
    }),
  );

  app.get("/session/:secret/subscriptions/:subscription/keep", (context) =>
    within(worlds, context, (open) => {
      const subscription = ownSubscription(open, context.req.param("subscription"));
      if (subscription === undefined || subscription.cancel_at === null) return notFound(context);
      return page(context, <KeepPage open={open} subscription={subscription} />);
    }),
  );

  app.post("/session/:secret/subscriptions/:subscription/keep", (context) =>
    withForm(worlds, context, (open) => {
      const subscription = ownSubscription(open, context.req.param("subscription"));
      if (subscription === undefined) return notFound(context);
      Act.run(open.world, null, (act) => {
        const kept = scheduleCancellation(subscription, { cancel_at: null }, act.now);
        act.change("subscription", subscription.id, kept, "customer.subscription.updated");
      });
      return finish(context, open, "kept");
    }),
  );

  return app;
}

type Html = Parameters<Context["html"]>[0];
type Handle = (open: OpenSession) => Response | Promise<Response>;

function within(worlds: Worlds, context: Context, handle: Handle): Response | Promise<Response> {
  const open = openSession(worlds, context.req.param("secret") ?? "");
  return open === undefined ? expired(context) : handle(open);
}

/** A form counts only with the token that the session's own pages carry. */
async function withForm(
  worlds: Worlds,
  context: Context,
  handle: (open: OpenSession, form: FormData) => Response | Promise<Response>,
): Promise<Response> {
  const form = await context.req.formData();
  return within(worlds, context, (open) =>
    form.get("csrf_token") === open.session.csrfToken ? handle(open, form) : forbidden(context),
  );
}

function startFlow(context: Context, open: OpenSession): Response | Promise<Response> {
  const { flow, secret } = open.session;
  if (flow?.subscription_cancel) {
    return context.redirect(
      `/p/session/${secret}/subscriptions/${flow.subscription_cancel.subscription}/cancel`,
      303,
    );
  }
  return message(context, 501, "Not built yet", `local-stripe does not know the portal flow ${flow?.type}.`);
}

/**
 * In flexible billing mode the portal fixes the date and leaves the flag alone; in classic mode it sets the flag, which
 * follows the period.
 */
function cancelInPortal(open: OpenSession, subscription: SubscriptionRecord, form: FormData): void {
  const feature = open.configuration.features.subscription_cancel;
  const feedback = FEEDBACK.find(
    (one) => one === form.get("feedback") && feature.cancellation_reason.options.includes(one),
  );
  const comment = form.get("comment");
  const details = {
    ...(feedback && { feedback }),
    ...(typeof comment === "string" && comment !== "" && { comment: comment.slice(0, 5000) }),
  };
  Act.run(open.world, null, (act) => {
    if (feature.mode === "immediately") {
      endSubscription(act, subscription, "cancellation_requested", details);
      return;
    }
    const when =
      subscription.billing_mode.type === "flexible"
        ? { cancel_at: lastPeriodEnd(subscription) }
        : { cancel_at_period_end: true };
    const ending = scheduleCancellation(subscription, { ...when, cancellation_details: details }, act.now);
    act.change("subscription", subscription.id, ending, "customer.subscription.updated");
  });
}

function finish(context: Context, open: OpenSession, done: string): Response {
  const after = open.session.flow?.after_completion;
  const home = `/p/session/${open.session.secret}`;
  if (after?.type === "redirect" && after.redirect) return context.redirect(after.redirect.return_url, 303);
  if (after?.type === "hosted_confirmation") return context.redirect(`${home}/confirmation`, 303);
  return context.redirect(`${home}?done=${done}`, 303);
}

function page(context: Context, content: Html): Response | Promise<Response> {
  return context.html(content);
}

function expired(context: Context): Response | Promise<Response> {
  return message(
    context,
    404,
    "This link has expired",
    "A billing page can be opened for a short time only. Go back to the application and ask for a new one.",
  );
}

function forbidden(context: Context): Response | Promise<Response> {
  return message(
    context,
    403,
    "This form is not valid",
    "Go back, reload the page and try again. Nothing was changed.",
  );
}

function notFound(context: Context): Response | Promise<Response> {
  return message(context, 404, "There is nothing here", "This page does not belong to your billing.");
}

function message(
  context: Context,
  status: 403 | 404 | 501,
  title: string,
  text: string,
): Response | Promise<Response> {
  return context.html(
    <Layout title={title}>
      <h1>{title}</h1>
      <p>{text}</p>
    </Layout>,
    status,
  );
}
