export const FAILPOINTS: Readonly<Record<"postgres" | "redis", readonly string[]>>;
