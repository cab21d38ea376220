import type { Verdict } from "./verdict.js";

export const FLAWS: Readonly<Record<string, keyof Verdict>>;
