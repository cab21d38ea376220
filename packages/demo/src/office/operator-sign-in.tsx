import { createHash, timingSafeEqual } from "node:crypto";
import type { BillingOperator, StripeBillingService } from "@repo/billing";
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { HTTPException } from "hono/http-exception";
import { Sessions } from "../sessions.js";
import { OperatorSignInPage } from "./operator-sign-in-page.js";

/** The variables of routes behind the back office's sign-in. */
export interface AsOperator {
  readonly Variables: {
    readonly name: string;
    readonly operator: BillingOperator;
  };
}

interface OperatorSignInParts {
  readonly billing: StripeBillingService;
  readonly password: string;
}

const NAME = "Olga Brandt";

/** The back office's own sign-in: its sessions are kept apart, and its cookie is never sent to the tenants' pages. */
export class OperatorSignIn {
  readonly #sessions = new Sessions();
  readonly #parts: OperatorSignInParts;

  constructor(parts: OperatorSignInParts) {
    this.#parts = parts;
  }

  readonly require: MiddlewareHandler<AsOperator> = async (c, next) => {
    const name = this.#sessions.find(getCookie(c, COOKIE) ?? "");
    if (name === undefined) {
      if (c.req.method === "GET" && c.req.path !== "/office/updates")
        return c.redirect("/office/sign-in", 303);
      throw new HTTPException(401, { message: "Sign in to the back office first." });
    }
    c.set("name", name);
    // Every call is audited under this name.
    c.set("operator", this.#parts.billing.asOperator({ actor: name }));
    return next();
  };

  show(c: Context): Response | Promise<Response> {
    return c.html(<OperatorSignInPage wasWrong={false} />);
  }

  async begin(c: Context): Promise<Response> {
    const { password } = await c.req.parseBody();
    if (typeof password !== "string" || !isSame(password, this.#parts.password))
      return c.html(<OperatorSignInPage wasWrong />, 401);
    setCookie(c, COOKIE, this.#sessions.begin(NAME), { httpOnly: true, sameSite: "Strict", path: "/office" });
    return c.redirect("/office", 303);
  }

  end(c: Context): Response {
    this.#sessions.end(getCookie(c, COOKIE) ?? "");
    deleteCookie(c, COOKIE, { path: "/office" });
    return c.redirect("/office/sign-in", 303);
  }
}

const COOKIE = "operator";

/** Takes as long for a wrong password as for the right one. */
function isSame(given: string, right: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
