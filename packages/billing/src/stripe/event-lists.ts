/**
 * Stripe's lists of events, of both families. They are the operator's to read and no calls of the gate's table: they hold
 * the events of all tenants.
 */
export const EVENT_LISTS = {
  snapshot: "GET /v1/events",
  thin: "GET /v2/core/events",
} as const;

export type EventList = (typeof EVENT_LISTS)[keyof typeof EVENT_LISTS];
