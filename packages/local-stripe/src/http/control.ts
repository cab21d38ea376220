import { Hono } from "hono";
import { ApiError, invalid } from "../api-error.js";
import type { Clock } from "../clock.js";
import type { Keys } from "./keys.js";

/** Serves the commands that control a running server. They need its secret key. */
export function controls(keys: Keys, clock: Clock, advanceBy: (milliseconds: number) => void): Hono {
  const app = new Hono();
  app.post("/advance", async (context) => {
    try {
      keys.authenticate(context.req.header("authorization"));
      const form = new URLSearchParams(await context.req.text());
      advanceBy(readMilliseconds(form.get("milliseconds")));
      return context.json({ now: new Date(clock.nowMs).toISOString() });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return context.json(error.body, error.status === 401 ? 401 : 400);
    }
  });
  return app;
}

function readMilliseconds(written: string | null): number {
  if (written !== null && /^\d{1,12}$/.test(written)) return Number(written);
  throw invalid("milliseconds must be a whole number of at least 0.", "milliseconds");
}
