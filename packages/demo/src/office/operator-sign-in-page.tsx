import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";

export const OperatorSignInPage: FC<{ readonly wasWrong: boolean }> = ({ wasWrong }) => (
  <Layout title="Back office">
    <section class="sign-in" aria-labelledby="office">
      <h1 id="office">Back office</h1>
      <p class="lead">For the operators of Lumen. The password was printed when the demo started.</p>
      {wasWrong ? (
        <p class="notice bad" role="alert">
          That password is wrong.
        </p>
      ) : null}
      <form method="post" action="/office/sign-in" class="choices">
        <label class="field">
          Password
          <input type="password" name="password" autocomplete="current-password" required />
        </label>
        <button type="submit" class="primary">
          Sign in
        </button>
      </form>
      <p class="hint">
        <a href="/">Sign in as a tenant instead</a>
      </p>
    </section>
  </Layout>
);
