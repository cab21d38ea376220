import type { Child, FC } from "hono/jsx";

/** The data that a page needs to show its form, also after a failed attempt. */
export interface PageForm {
  readonly action: string;
  /** Proves that the form is from one of the session's pages. */
  readonly token: string;
  /** Tells a form that is sent twice from two forms. */
  readonly id: string;
  /** The signed state that the customer was shown. */
  readonly seen: string;
  /** The values that were entered, when the form is shown again. */
  readonly fields: URLSearchParams | undefined;
  readonly trouble: Trouble | undefined;
}

/** Why a form was not carried out. */
export interface Trouble {
  readonly message: string;
  readonly status: 409 | 422;
  /** The field that it is about, where it is about one. */
  readonly field?: string;
  /** Stripe's code for it. */
  readonly code?: string;
}

export const PortalForm: FC<{ readonly form: PageForm; readonly children?: Child }> = ({
  form,
  children,
}) => (
  <form method="post" action={form.action}>
    <input type="hidden" name="csrf_token" value={form.token} />
    <input type="hidden" name="form_id" value={form.id} />
    <input type="hidden" name="seen" value={form.seen} />
    {children}
  </form>
);

/** Shows an error of the whole form. */
export const TroubleNotice: FC<{ readonly form: PageForm; readonly known?: readonly string[] }> = ({
  form,
  known = [],
}) =>
  form.trouble === undefined || known.includes(form.trouble.field ?? "") ? null : (
    <p class="notice bad" role="alert">
      {form.trouble.message}
    </p>
  );

export interface FieldProps {
  readonly form: PageForm;
  readonly name: string;
  readonly label: string;
  readonly value: string | null | undefined;
  readonly autocomplete?: string;
}

interface InputProps extends FieldProps {
  readonly type?: "email" | "number" | "tel" | "text";
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly min?: number;
  readonly max?: number;
}

/** A field with its label, and with what is wrong with it. */
export const Field: FC<InputProps> = ({ form, name, label, value, type = "text", ...input }) => (
  <Labeled form={form} name={name} label={label}>
    <input
      id={toFieldId(name)}
      name={name}
      type={type}
      value={form.fields?.get(name) ?? value ?? ""}
      {...input}
      {...describeProblem(form, name)}
      autofocus={form.trouble?.field === name}
    />
  </Labeled>
);

interface ChoiceProps extends FieldProps {
  readonly options: readonly (readonly [value: string, label: string])[];
}

/** A choice of one or none. */
export const Choice: FC<ChoiceProps> = ({ form, name, label, value, options, ...select }) => {
  const chosen = form.fields?.get(name) ?? value ?? "";
  return (
    <Labeled form={form} name={name} label={label}>
      <select
        id={toFieldId(name)}
        name={name}
        {...select}
        {...describeProblem(form, name)}
        autofocus={form.trouble?.field === name}
      >
        <option value="">–</option>
        {options.map(([option, words]) => (
          <option value={option} selected={option === chosen}>
            {words}
          </option>
        ))}
      </select>
    </Labeled>
  );
};

/** Shows an error of a field or a group of fields. */
export const Problem: FC<{ readonly form: PageForm; readonly name: string }> = ({ form, name }) =>
  form.trouble?.field === name ? (
    <p class="problem" id={`${toFieldId(name)}-problem`} role="alert">
      {form.trouble.message}
    </p>
  ) : null;

export function describeProblem({ trouble }: PageForm, name: string): Readonly<Record<string, string>> {
  if (trouble?.field !== name) return {};
  return { "aria-invalid": "true", "aria-describedby": `${toFieldId(name)}-problem` };
}

const Labeled: FC<Pick<FieldProps, "form" | "label" | "name"> & { readonly children?: Child }> = (props) => (
  <div class="field">
    <label class="above" for={toFieldId(props.name)}>
      {props.label}
    </label>
    {props.children}
    <Problem form={props.form} name={props.name} />
  </div>
);

function toFieldId(name: string): string {
  return `field-${name.replaceAll(/\W+/g, "-")}`;
}
