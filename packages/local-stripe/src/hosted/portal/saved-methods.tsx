import type { FC } from "hono/jsx";
import { detach } from "../../billing/payments/payment-methods.js";
import type { PaymentMethodRecord } from "../../store/records/payments.js";
import { type PageForm, PortalForm, TroubleNotice } from "./form.js";
import { GoBack, type OpenProps, PortalLayout } from "./frame.js";
import { CardName } from "./method-name.js";
import type { PageRequest, PortalPage } from "./page.js";
import { makeDefault, savedMethods } from "./payment-method.js";
import { base, type OpenSession } from "./session.js";

interface Saved extends OpenProps {
  readonly method: PaymentMethodRecord;
}

/** Makes another of the customer's saved methods the default. */
export const MAKE_DEFAULT: PortalPage<Saved> = {
  path: "/payment-methods/:method/default",
  find: (open, request) => {
    const method = saved(open, request);
    return method && !isDefault(open, method) ? { open, method } : undefined;
  },
  seen: ({ open, method }) => [open.customer.invoice_settings, method],
  show: ({ open, method }, form) => (
    <Question open={open} method={method} form={form} title="Make this the default?" answer="Make default">
      Your subscriptions are charged to it from now on.
    </Question>
  ),
  submit: (tx, { open, method }) => makeDefault(tx, open.customer.id, method.id),
};

/** Removes a saved method, but not the last one while something is charged to it. */
export const REMOVE_METHOD: PortalPage<Saved> = {
  path: "/payment-methods/:method/remove",
  find: (open, request) => {
    const method = saved(open, request);
    return method && isRemovable(open, method) ? { open, method } : undefined;
  },
  seen: ({ open, method }) => [open.customer.invoice_settings, method],
  show: ({ open, method }, form) => (
    <Question open={open} method={method} form={form} title="Remove this card?" answer="Remove card">
      Nothing is charged to it any more.
    </Question>
  ),
  submit: (tx, { method }) => {
    detach(tx, method.id);
    return "removed";
  },
};

/** Lists the saved payment methods that the portal may show. */
export const SavedMethods: FC<OpenProps> = ({ open }) => {
  const mayChange = open.configuration.features.payment_method_update.enabled;
  const methods = savedMethods(open);
  if (!mayChange && methods.length === 0) return null;
  return (
    <section aria-label="Payment methods">
      <h2 class="section">Payment methods</h2>
      {methods.length === 0 ? <p>No payment method is saved.</p> : null}
      {methods.map((method) => (
        <div class="row">
          <p>
            <CardName card={method.card} />
            {isDefault(open, method) ? <span class="status">Default</span> : null}
            <br />
            <span class="quiet">
              Expires {String(method.card.exp_month).padStart(2, "0")}/{method.card.exp_year}
            </span>
          </p>
          {mayChange ? <MethodLinks open={open} method={method} /> : null}
        </div>
      ))}
      {mayChange ? (
        <p>
          <a class="button inline" href={`${base(open)}/payment-method`}>
            {methods.length === 0 ? "Add payment method" : "Update payment method"}
          </a>
        </p>
      ) : null}
    </section>
  );
};

const MethodLinks: FC<Saved> = ({ open, method }) => {
  const path = `${base(open)}/payment-methods/${method.id}`;
  const name = <span class="unseen"> the card ending in {method.card.last4}</span>;
  return (
    <p class="links">
      {isDefault(open, method) ? null : <a href={`${path}/default`}>Make default{name}</a>}
      {isRemovable(open, method) ? <a href={`${path}/remove`}>Remove{name}</a> : null}
    </p>
  );
};

const Question: FC<
  Saved & {
    readonly form: PageForm;
    readonly title: string;
    readonly answer: string;
    readonly children?: string;
  }
> = ({ open, method, form, title, answer, children }) => (
  <PortalLayout title={title} open={open}>
    <div class="narrow">
      <h1>{title}</h1>
      <TroubleNotice form={form} />
      <p>
        <CardName card={method.card} />
      </p>
      <p>{children}</p>
      <PortalForm form={form}>
        <button type="submit" class="primary">
          {answer}
        </button>
      </PortalForm>
      <GoBack open={open} />
    </div>
  </PortalLayout>
);

function saved(open: OpenSession, { param }: PageRequest): PaymentMethodRecord | undefined {
  if (!open.configuration.features.payment_method_update.enabled) return undefined;
  return savedMethods(open).find(({ id }) => id === param("method"));
}

function isDefault({ customer }: OpenSession, { id }: PaymentMethodRecord): boolean {
  return customer.invoice_settings.default_payment_method === id;
}

function isRemovable(open: OpenSession, method: PaymentMethodRecord): boolean {
  return open.subscriptions.length === 0 || (savedMethods(open).length > 1 && !isDefault(open, method));
}
