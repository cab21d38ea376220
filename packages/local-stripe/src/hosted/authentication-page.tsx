import type { FC } from "hono/jsx";
import { Layout } from "./layout.js";

interface AuthenticationProps {
  readonly action: string;
  /** Proves that the form is from this page. */
  readonly token: string;
  /** The amount to pay, formatted; `null` if a card is only saved. */
  readonly amount: string | null;
}

/** Simulates the bank's 3-D Secure page: the holder confirms or refuses. */
export const AuthenticationPage: FC<AuthenticationProps> = ({ action, token, amount }) => (
  <Layout
    title="Confirm that it is you"
    aside={
      <>
        <h2>Your bank</h2>
        <p>3-D Secure, as a test card has it: choose what the bank is told.</p>
      </>
    }
  >
    <div class="narrow">
      <h1>Confirm that it is you</h1>
      <p>
        {amount === null
          ? "Your bank asks whether your card may be saved for later payments."
          : `Your bank asks whether you want to pay ${amount}.`}
      </p>
      <form method="post" action={action}>
        <input type="hidden" name="csrf_token" value={token} />
        <div class="stack">
          <button type="submit" name="result" value="complete" class="primary">
            Complete authentication
          </button>
          <button type="submit" name="result" value="fail">
            Fail authentication
          </button>
        </div>
      </form>
    </div>
  </Layout>
);
