export const FAILPOINTS: readonly string[];
