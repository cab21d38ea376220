import type { FC } from "hono/jsx";
import { REQUEST_TROUBLES, type TroubleChoice, WEBHOOK_TROUBLES } from "./trouble.js";

/** The switch that injects faults. */
export const TroublePanel: FC<{ readonly trouble: TroubleChoice | undefined }> = ({ trouble }) => (
  <section class={isOn(trouble) ? "card chosen" : "card"} aria-labelledby="trouble-title">
    <h2 id="trouble-title">{isOn(trouble) ? "Trouble is on" : "Make trouble"}</h2>
    {trouble === undefined ? (
      <p>Faults need the local Stripe. Start the demo without keys of Stripe’s.</p>
    ) : (
      <form method="post" action="/office/webhooks/trouble">
        <p class="section-lead">
          Switch a fault on, change a plan as a tenant, and see here how the application recovers: what failed
          is tried again, duplicates are dropped, and each event takes effect once.
        </p>
        <div class="troubles">
          <fieldset>
            <legend>Requests to Stripe, once each</legend>
            {Object.entries(REQUEST_TROUBLES).map(([name, label]) => (
              <Choice type="checkbox" name={name} label={label} checked={isChosen(trouble, name)} />
            ))}
          </fieldset>
          <fieldset>
            <legend>Webhooks arrive</legend>
            {Object.entries(WEBHOOK_TROUBLES).map(([name, label]) => (
              <Choice
                type="radio"
                name="webhooks"
                value={name}
                label={label}
                checked={trouble.webhooks === name}
              />
            ))}
          </fieldset>
          <fieldset>
            <legend>The application</legend>
            <Choice
              type="checkbox"
              name="handler_crashes"
              label="The handler crashes at its first attempt, after it wrote"
              checked={trouble.handlerCrashes}
            />
          </fieldset>
        </div>
        <button type="submit" class="primary">
          Apply
        </button>
      </form>
    )}
  </section>
);

interface ChoiceProps {
  readonly type: "checkbox" | "radio";
  readonly name: string;
  readonly value?: string;
  readonly label: string;
  readonly checked: boolean;
}

const Choice: FC<ChoiceProps> = ({ label, ...input }) => (
  <label class="option">
    <input {...input} />
    <span>{label}</span>
  </label>
);

function isChosen({ requests }: TroubleChoice, name: string): boolean {
  return [...requests].some((one) => one === name);
}

function isOn(trouble: TroubleChoice | undefined): boolean {
  if (trouble === undefined) return false;
  return trouble.requests.size > 0 || trouble.webhooks !== "none" || trouble.handlerCrashes;
}
