/** The oldest version of Stripe's API whose objects the views are tested with. Events may have it. */
export const OLDEST_API_VERSION = "2022-11-15";

/** The version that every request asks for, and that the SDK's newest types describe. */
export const NEWEST_API_VERSION = "2026-10-28.endive";
