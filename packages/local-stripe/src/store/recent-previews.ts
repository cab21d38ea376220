import type { InvoiceRecord } from "./records/invoices.js";

const KEPT = 100;

/** The newest previews of invoices, whose further lines may be listed. They are kept nowhere else. */
export class RecentPreviews {
  readonly #previews = new Map<string, InvoiceRecord>();

  add(preview: InvoiceRecord): void {
    this.#previews.set(preview.id, preview);
    const [oldest] = this.#previews.keys();
    if (this.#previews.size > KEPT && oldest !== undefined) this.#previews.delete(oldest);
  }

  get(id: string): InvoiceRecord | undefined {
    return this.#previews.get(id);
  }
}
