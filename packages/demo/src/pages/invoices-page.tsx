import type { Invoice, Page } from "@repo/billing";
import type { FC } from "hono/jsx";
import type { Workspace } from "../workspaces.js";
import { InvoiceTable } from "./invoices-panel.js";
import { Layout } from "./layout.js";

interface InvoicesPageProps {
  readonly workspace: Workspace;
  readonly invoices: Page<Invoice>;
}

export const InvoicesPage: FC<InvoicesPageProps> = ({ workspace, invoices: { data, nextCursor } }) => (
  <Layout title="Invoices" workspace={workspace} path="/billing">
    <h1>All invoices</h1>
    <section class="card" aria-label="All invoices">
      {data.length === 0 ? <p>There is no invoice here.</p> : <InvoiceTable invoices={data} />}
      {nextCursor === null ? null : (
        <p class="hint">
          <a href={`/billing/invoices?after=${encodeURIComponent(nextCursor)}`}>Older invoices</a>
        </p>
      )}
    </section>
    <p>
      <a href="/billing">Back to billing</a>
    </p>
  </Layout>
);
