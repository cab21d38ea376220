import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type Application,
  OPERATOR_PASSWORD,
  ORIGIN,
  postForm,
  startApplication,
} from "../support/application.js";

describe("the back office's sign-in", () => {
  let application: Application;

  beforeEach(async () => {
    application = await startApplication();
  });
  afterEach(() => application.stopStripe());

  const PAGES = ["/office", "/office/plans", "/office/webhooks", "/office/tenants/acme/portal"];
  const FORMS = [
    "/office/plans",
    "/office/plans/price",
    "/office/plans/archive",
    "/office/webhooks/trouble",
    "/office/webhooks/lost",
    "/office/tenants/acme/portal",
  ];

  it("is asked of everyone, whatever tenant's session they have", async () => {
    const session = await application.signIn("acme");
    const [, id = ""] = session.split("=");
    for (const cookie of ["", session, `operator=${id}`, `${session}; operator=acme`]) {
      for (const path of PAGES) {
        const answer = await get(path, cookie);
        expect([path, answer.status, answer.headers.get("location")]).toEqual([path, 303, "/office/sign-in"]);
      }
      for (const path of FORMS) {
        const answer = await postForm(application.app, path, { headers: { cookie } });
        expect([path, answer.status]).toEqual([path, 401]);
      }
      expect((await get("/office/updates", cookie)).status).toBe(401);
    }
  });

  it("takes the password alone, and gives a cookie that only the back office gets", async () => {
    for (const password of ["", "wrong", `${OPERATOR_PASSWORD} `]) {
      const refused = await signIn(password);
      expect([refused.status, refused.headers.get("set-cookie")]).toEqual([401, null]);
    }
    const answer = await signIn(OPERATOR_PASSWORD);
    expect([answer.status, answer.headers.get("location")]).toEqual([303, "/office"]);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^operator=[\w-]{43}; Path=\/office; HttpOnly; SameSite=Strict$/,
    );
  });

  it("opens the back office and no tenant's pages, until it is signed out", async () => {
    const cookie = await operatorCookie();
    expect((await get("/office", cookie)).status).toBe(200);
    const [, id = ""] = cookie.split("=");
    expect((await get("/billing", `session=${id}`)).status).toBe(303);
    await postForm(application.app, "/office/sign-out", { headers: { cookie } });
    expect((await get("/office", cookie)).status).toBe(303);
  });

  it("refuses a form from another site", async () => {
    const headers = { cookie: await operatorCookie(), origin: "https://evil.example" };
    for (const path of [...FORMS, "/office/sign-in", "/office/sign-out"])
      expect([path, (await postForm(application.app, path, { headers })).status]).toEqual([path, 403]);
  });

  it("leads to no tenant that does not exist, and takes no price or plan that makes no sense", async () => {
    const headers = { cookie: await operatorCookie() };
    const post = async (path: string, form: Record<string, string>) =>
      (await postForm(application.app, path, { form, headers })).status;
    expect((await get("/office/tenants/hooli/portal", headers.cookie)).status).toBe(404);
    expect(await post("/office/plans", { name: "Training", amount: "-1", interval: "month" })).toBe(400);
    expect(await post("/office/plans", { name: "Training", amount: "1", interval: "day" })).toBe(400);
    expect(await post("/office/plans", { name: "", amount: "1", interval: "month" })).toBe(400);
    expect(await post("/office/tenants/acme/portal", { headline: "x", terms: "javascript:alert(1)" })).toBe(
      400,
    );
    expect(await post("/office/webhooks/trouble", { webhooks: "toString" })).toBe(409);
  });

  it("changes none of a tenant's own plans as a shared one", async () => {
    const headers = { cookie: await operatorCookie() };
    const own = { product: "prod_demo_acme_team" };
    const answer = await postForm(application.app, "/office/plans/archive", { form: own, headers });
    expect(answer.status).toBe(404);
    expect((await application.stripe.products.retrieve(own.product)).active).toBe(true);
  });

  function signIn(password: string): Promise<Response> {
    return postForm(application.app, "/office/sign-in", { form: { password } });
  }

  async function operatorCookie(): Promise<string> {
    return ((await signIn(OPERATOR_PASSWORD)).headers.get("set-cookie") ?? "").split(";", 1).join("");
  }

  async function get(path: string, cookie: string): Promise<Response> {
    return application.app.request(ORIGIN + path, { headers: { cookie } });
  }
});
