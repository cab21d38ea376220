import type { Context } from "hono";
import { Layout } from "./layout.js";

/** A page that says one thing, and why there is nothing else. */
export function message(
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
