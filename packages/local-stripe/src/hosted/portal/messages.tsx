import type { Context } from "hono";
import { Layout } from "../layout.js";

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
  return message(context, 404, "There is nothing here", "This page does not belong to your billing.");
}

function message(
  context: Context,
  status: 403 | 404,
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
