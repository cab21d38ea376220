import { Hono } from "hono";
import type { Accounts } from "../../store/accounts.js";
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
export function portalPages(accounts: Accounts): Hono {
  const app = new Hono();
  mountLogin(app, accounts);
  mount(app, accounts, HOME);
  mount(app, accounts, CONFIRMATION);
  mount(app, accounts, CANCEL);
  mount(app, accounts, RETENTION);
  mount(app, accounts, KEEP);
  mount(app, accounts, UPDATE);
  mount(app, accounts, UPDATE_CONFIRM);
  mount(app, accounts, FLOW_CONFIRM);
  mount(app, accounts, DROP_CHANGE);
  mount(app, accounts, PAYMENT_METHOD);
  mount(app, accounts, AUTHENTICATE);
  mount(app, accounts, MAKE_DEFAULT);
  mount(app, accounts, REMOVE_METHOD);
  mount(app, accounts, DETAILS);
  mount(app, accounts, PAUSE);
  mount(app, accounts, RESUME);
  return app;
}
