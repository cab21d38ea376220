import type { PriceRecord } from "../../store/records/catalog.js";

/** Whether a price is for each unit of usage, which is billed after it. */
export function isMetered({ recurring }: Pick<PriceRecord, "recurring">): boolean {
  return recurring?.usage_type === "metered";
}
