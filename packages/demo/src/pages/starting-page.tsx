import type { FC } from "hono/jsx";
import { Layout } from "./layout.js";

/** Asks again every second, without a script. */
export const StartingPage: FC = () => (
  <Layout title="Starting" refreshSeconds={1}>
    <section class="sign-in" aria-live="polite">
      <h1>Starting…</h1>
      <p class="lead">The demo is preparing its companies. This page continues by itself.</p>
    </section>
  </Layout>
);
