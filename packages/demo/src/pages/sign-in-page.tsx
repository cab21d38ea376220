import type { FC } from "hono/jsx";
import type { Workspace } from "../workspaces.js";
import { Layout } from "./layout.js";

export const SignInPage: FC<{ readonly workspaces: readonly Workspace[] }> = ({ workspaces }) => (
  <Layout title="Sign in">
    <section class="sign-in" aria-labelledby="sign-in">
      <h1 id="sign-in">Sign in</h1>
      <p class="lead">
        Three companies share this application and one Stripe account. None can see or change what is
        another’s.
      </p>
      <form method="post" action="/sign-in">
        <ul class="choices">
          {workspaces.map(({ tenantId, name, person }) => (
            <li>
              <button type="submit" name="tenant" value={tenantId} class="choice">
                <span class="avatar" aria-hidden="true">
                  {name.slice(0, 1)}
                </span>
                <span>
                  <strong>{name}</strong>
                  <span class="person">Continue as {person}</span>
                </span>
                <span class="arrow" aria-hidden="true">
                  →
                </span>
              </button>
            </li>
          ))}
        </ul>
      </form>
      <p class="hint">
        Do you operate Lumen? <a href="/office">Go to the back office</a>
      </p>
    </section>
  </Layout>
);
