import type { FC } from "hono/jsx";
import { Layout } from "../pages/layout.js";
import type { Workspace } from "../workspaces.js";

interface BrandingPageProps {
  readonly operator: string;
  readonly workspace: Workspace;
  readonly isSaved: boolean;
}

export const BrandingPage: FC<BrandingPageProps> = ({ operator, workspace, isSaved }) => {
  const { headline, privacyPolicyUrl, termsOfServiceUrl, canCancel, canChangePlan } = workspace.branding;
  const path = `/office/tenants/${encodeURIComponent(workspace.tenantId)}/portal`;
  return (
    <Layout title={`Portal of ${workspace.name}`} operator={operator} path="/office">
      <h1>Portal of {workspace.name}</h1>
      {isSaved ? (
        <p class="notice" role="status">
          Saved. The next visit to the portal shows it.
        </p>
      ) : null}
      <section class="card" aria-label="Portal">
        <p class="hint">
          Kept by the application as code. <code>ensurePortalConfiguration</code> finds it in Stripe, or
          creates it there.
        </p>
        <form method="post" action={path} class="details">
          <label class="field">
            Headline
            <input type="text" name="headline" value={headline} maxlength={60} required />
          </label>
          <label class="field">
            Address of the privacy policy
            <input type="url" name="privacy" value={privacyPolicyUrl ?? ""} placeholder="https://" />
          </label>
          <label class="field">
            Address of the terms
            <input type="url" name="terms" value={termsOfServiceUrl ?? ""} placeholder="https://" />
          </label>
          <fieldset>
            <legend class="unseen">What customers may do in the portal</legend>
            <Switch name="cancel" label="Customers may cancel" checked={canCancel} />
            <Switch name="change" label="Customers may change the plan" checked={canChangePlan} />
          </fieldset>
          <button type="submit" class="primary">
            Save
          </button>
        </form>
      </section>
      <p>
        <a href="/office">Back to all tenants</a>
      </p>
    </Layout>
  );
};

interface SwitchProps {
  readonly name: string;
  readonly label: string;
  readonly checked: boolean;
}

const Switch: FC<SwitchProps> = ({ name, label, checked }) => (
  <label class="option">
    <input type="checkbox" name={name} checked={checked} />
    <span>{label}</span>
  </label>
);
