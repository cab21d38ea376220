import type { FC } from "hono/jsx";
import { firstPeriodEnd } from "../../billing/catalog/period-ends.js";
import { formatFor } from "../format.js";
import { Amounts } from "./amounts.js";
import {
  afterwards,
  type Confirmable,
  carryOut,
  chosenByFlow,
  chosenInPortal,
  takesCodes,
} from "./confirmable.js";
import { Field, type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { GoBack, PortalLayout } from "./frame.js";
import type { PortalPage } from "./page.js";
import { Plan } from "./plan.js";
import { HolderAnswers } from "./three-d-secure.js";

/** Shows what a choice costs, now and next, before it is made. */
const CONFIRM: Pick<PortalPage<Confirmable>, "seen" | "show" | "submit"> = {
  seen: ({ subscription, choice, at }) => [subscription, choice, at],
  show: (subject, form) => <ConfirmPage {...subject} form={form} />,
  submit: carryOut,
};

export const UPDATE_CONFIRM: PortalPage<Confirmable> = {
  ...CONFIRM,
  path: "/subscriptions/:subscription/update/confirm",
  find: chosenInPortal,
};

export const FLOW_CONFIRM: PortalPage<Confirmable> = { ...CONFIRM, path: "/confirm", find: chosenByFlow };

type ConfirmProps = Confirmable & { readonly form: PageForm };

const ConfirmPage: FC<ConfirmProps> = (props) => {
  const { open, subscription, form, at, back, quote, waits } = props;
  if (form.trouble?.code === "authentication_required") return <AskedPage {...props} />;
  return (
    <PortalLayout title="Confirm your update" open={open}>
      <div class="narrow">
        <h1>Confirm your update</h1>
        <TroubleNotice form={form} />
        <h2 class="section">Your plan now</h2>
        <Plan open={open} subscription={subscription} />
        <h2 class="section">Your plan then</h2>
        <Plan open={open} subscription={afterwards(props)} isPlanned />
        {waits ? <p>It changes on {formatFor(open.session).date(firstPeriodEnd(subscription))}.</p> : null}
        {back !== undefined && takesCodes(open) ? <CodeForm {...props} /> : null}
        <Amounts open={open} quote={quote} />
        <PortalForm form={form}>
          <input type="hidden" name="at" value={String(at)} />
          <button type="submit" class="primary">
            Confirm
          </button>
        </PortalForm>
        <GoBack open={open} {...(back !== undefined && { to: back })} />
      </div>
    </PortalLayout>
  );
};

/** In between, the bank of the card asks. The amounts are those that were confirmed. */
const AskedPage: FC<ConfirmProps> = ({ open, form, at, quote: { now, after } }) => (
  <PortalLayout title="Confirm that it is you" open={open}>
    <div class="narrow">
      <h1>Confirm that it is you</h1>
      <p>
        Your bank asks whether you want to pay{" "}
        <strong>{formatFor(open.session).money(now?.amount_due ?? 0, after.currency)}</strong>.
      </p>
      <PortalForm form={form}>
        <input type="hidden" name="at" value={String(at)} />
        <HolderAnswers name="authentication" />
      </PortalForm>
      <GoBack open={open} />
    </div>
  </PortalLayout>
);

/** Shows the page again with a promotion code. Nothing is changed by it. */
const CodeForm: FC<ConfirmProps> = ({ choice: { price, quantity, discounts }, form, refusedCode }) => {
  const known = new URLSearchParams(form.action.split("?")[1]);
  const trouble =
    refusedCode === undefined
      ? undefined
      : ({ message: "This code is invalid.", status: 422, field: "promotion_code" } as const);
  return (
    <form method="get" action={form.action.split("?")[0]}>
      <input type="hidden" name="price" value={price.id} />
      {quantity === undefined ? null : <input type="hidden" name="quantity" value={String(quantity)} />}
      <Field
        form={{ ...form, fields: undefined, trouble }}
        name="promotion_code"
        label="Promotion code"
        value={known.get("promotion_code")}
      />
      {discounts === undefined ? null : <p class="quiet">It is applied to the amounts below.</p>}
      <button type="submit">Apply</button>
    </form>
  );
};
