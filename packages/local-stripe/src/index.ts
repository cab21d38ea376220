export type { RecordedRequest } from "./http/recorder.js";
export { type LocalStripe, type LocalStripeOptions, startLocalStripe } from "./local-stripe.js";
export type { DeliveryAttempt } from "./webhooks/deliveries.js";
