import { Hono } from "hono";
import type { Worlds } from "../../store/worlds.js";
import { CANCEL } from "./cancel.js";
import { CONFIRMATION } from "./confirmation.js";
import { HOME } from "./home.js";
import { KEEP } from "./keep.js";
import { mount } from "./page.js";

/** The customer portal, at the address of a session. */
export function portalPages(worlds: Worlds): Hono {
  const app = new Hono();
  mount(app, worlds, HOME);
  mount(app, worlds, CONFIRMATION);
  mount(app, worlds, CANCEL);
  mount(app, worlds, KEEP);
  return app;
}
