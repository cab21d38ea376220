import { Hono } from "hono";
import type { Worlds } from "../../store/worlds.js";
import { CANCEL } from "./cancel.js";
import { CONFIRMATION } from "./confirmation.js";
import { DETAILS } from "./details.js";
import { DROP_CHANGE } from "./drop-change.js";
import { HOME } from "./home.js";
import { KEEP } from "./keep.js";
import { mountLogin } from "./login.js";
import { mount } from "./page.js";
import { PAUSE } from "./pause.js";
import { AUTHENTICATE, PAYMENT_METHOD } from "./payment-method.js";
import { RESUME } from "./resume.js";
import { RETENTION } from "./retention.js";
import { MAKE_DEFAULT, REMOVE_METHOD } from "./saved-methods.js";
import { UPDATE } from "./update.js";
import { FLOW_CONFIRM, UPDATE_CONFIRM } from "./update-confirm.js";

/** The customer portal, at the address of a session. */
export function portalPages(worlds: Worlds): Hono {
  const app = new Hono();
  mountLogin(app, worlds);
  mount(app, worlds, HOME);
  mount(app, worlds, CONFIRMATION);
  mount(app, worlds, CANCEL);
  mount(app, worlds, RETENTION);
  mount(app, worlds, KEEP);
  mount(app, worlds, UPDATE);
  mount(app, worlds, UPDATE_CONFIRM);
  mount(app, worlds, FLOW_CONFIRM);
  mount(app, worlds, DROP_CHANGE);
  mount(app, worlds, PAYMENT_METHOD);
  mount(app, worlds, AUTHENTICATE);
  mount(app, worlds, MAKE_DEFAULT);
  mount(app, worlds, REMOVE_METHOD);
  mount(app, worlds, DETAILS);
  mount(app, worlds, PAUSE);
  mount(app, worlds, RESUME);
  return app;
}
