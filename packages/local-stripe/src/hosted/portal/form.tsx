import type { Child, FC } from "hono/jsx";

/** What a page needs to show its form, and to show it again. */
export interface PageForm {
  readonly action: string;
  /** Proves that the form is from one of the session's pages. */
  readonly token: string;
  /** Tells a form that is sent twice from two forms. */
  readonly id: string;
  /** What the customer was shown, sealed. */
  readonly seen: string;
  /** What was filled in, where the form is shown again. */
  readonly fields: URLSearchParams | undefined;
  readonly trouble: Trouble | undefined;
}

/** Why a form was not carried out. */
export interface Trouble {
  readonly message: string;
  readonly status: 409 | 422;
  /** The field that it is about, where it is about one. */
  readonly field?: string;
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

/** What is wrong with the form as a whole. */
export const TroubleNotice: FC<{ readonly form: PageForm; readonly known?: readonly string[] }> = ({
  form,
  known = [],
}) =>
  form.trouble === undefined || known.includes(form.trouble.field ?? "") ? null : (
    <p class="notice bad" role="alert">
      {form.trouble.message}
    </p>
  );

interface FieldProps {
  readonly form: PageForm;
  readonly name: string;
  readonly label: string;
  readonly value: string | null | undefined;
  readonly type?: "email" | "number" | "tel" | "text";
  readonly autocomplete?: string;
  readonly required?: boolean;
  readonly maxlength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly hint?: string;
}

/** A field with its label, and with what is wrong with it. */
export const Field: FC<FieldProps> = (props) => {
  const { form, name, label, value, type = "text", hint, ...input } = props;
  const id = `field-${name.replaceAll(/\W+/g, "-")}`;
  const problem = form.trouble?.field === name ? form.trouble.message : undefined;
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  return (
    <div class="field">
      <label class="above" for={id}>
        {label}
      </label>
      <input
        id={id}
        name={name}
        type={type}
        value={form.fields?.get(name) ?? value ?? ""}
        {...input}
        {...(described !== "" && { "aria-describedby": described })}
        {...(problem !== undefined && { "aria-invalid": "true" })}
      />
      {hint === undefined ? null : (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {problem === undefined ? null : (
        <p class="problem" id={`${id}-problem`} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
};
