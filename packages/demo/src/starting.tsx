import { Hono } from "hono";
import { StartingPage } from "./pages/starting-page.js";
import { STYLES } from "./pages/styles.js";

/** Answers a request. */
export type Fetch = (request: Request) => Response | Promise<Response>;

/** Answers with 503 while the application starts: people get a page that asks again by itself. */
export function createStartingApp(): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    c.header("Retry-After", "1");
    c.header("Cache-Control", "no-store");
    await next();
  });
  app.get("/healthz", (c) => c.json({ status: "starting" }, 503));
  app.get("/styles.css", (c) => c.body(STYLES, 200, { "Content-Type": "text/css; charset=utf-8" }));
  app.all("*", (c) => c.html(<StartingPage />, 503));
  return app;
}

/** Lets webhooks through already: the objects that the start creates in Stripe have events of their own. */
export function onlyWebhooks(app: Fetch, otherwise: Fetch): Fetch {
  return (request) => (new URL(request.url).pathname.startsWith("/webhooks/") ? app : otherwise)(request);
}
