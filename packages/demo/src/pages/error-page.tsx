import type { FC } from "hono/jsx";
import { Layout } from "./layout.js";

const TITLES: Readonly<Record<number, string>> = {
  400: "That did not work",
  401: "You are not signed in",
  403: "That was refused",
  404: "Not found",
  429: "Too many requests",
};

interface ErrorPageProps {
  readonly status: number;
  readonly detail: string;
  /** Where the way back leads. */
  readonly home: "/billing" | "/office";
}

export const ErrorPage: FC<ErrorPageProps> = ({ status, detail, home }) => (
  <Layout title={TITLES[status] ?? "Something went wrong"}>
    <section class="sign-in">
      <p class="eyebrow">Error {status}</p>
      <h1>{TITLES[status] ?? "Something went wrong"}</h1>
      <p class="lead">{detail}</p>
      <p>
        <a href={home}>Back to {home === "/office" ? "the back office" : "billing"}</a>
      </p>
    </section>
  </Layout>
);
