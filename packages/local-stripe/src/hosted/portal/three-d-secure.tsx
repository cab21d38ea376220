import type { FC } from "hono/jsx";
import { ApiError } from "../../api-error.js";

/** Simulates the bank's page: its customer says yes or no. */
export const HolderAnswers: FC<{ readonly name: string }> = ({ name }) => (
  <>
    <p>Here the card&apos;s bank would ask its holder, by 3D Secure. Answer for the holder:</p>
    <button type="submit" name={name} value="complete" class="primary">
      Complete authentication
    </button>
    <button type="submit" name={name} value="fail">
      Fail authentication
    </button>
  </>
);

export function notAuthenticated(
  code: "payment_intent_authentication_failure" | "setup_intent_authentication_failure",
): ApiError {
  return new ApiError(
    402,
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
    { type: "card_error", code },
  );
}
