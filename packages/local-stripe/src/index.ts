import { assertNode } from "./assert-node.js";

export type { ReportedFailure } from "./due-failures.js";
export type { GivenAnswer } from "./http/api.js";
export type { Fault, Faults, FaultTarget, PlannedFault, RateLimitReason } from "./http/faults.js";
export type { RecordedRequest } from "./http/recorder.js";
export {
  type LocalStripe,
  startLocalStripe,
  type WebhookControls,
} from "./local-stripe.js";
export type { LocalStripeOptions } from "./options.js";
export type { RelatedObject } from "./store/records/events.js";
export type { DeliveryAttempt, DeliveryMishap } from "./webhooks/deliveries.js";

assertNode();
