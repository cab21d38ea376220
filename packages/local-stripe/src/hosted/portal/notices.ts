/** The messages on the front page after an action, by the word in its query string. */
export const NOTICES = {
  address: "Your billing information is updated.",
  canceled: "Your cancellation is recorded.",
  changed: "Your subscription is changed.",
  discounted: "Your discount is applied, and your subscription goes on.",
  kept: "Your subscription goes on.",
  paused: "Your subscription is paused.",
  payment_method: "Your payment method is saved.",
  not_recovered: "Your payment method is saved, but what you owe could not be charged to it.",
  recovered: "Your payment method is saved, and what you owed is paid.",
  removed: "Your payment method is removed.",
  resumed: "Your subscription is resumed.",
  scheduled: "Your change is scheduled for the end of the period.",
  unscheduled: "Your scheduled change is canceled.",
} as const;

export type Notice = keyof typeof NOTICES;

export function findNotice(word: string | null): string | undefined {
  const notice = Object.keys(NOTICES).find((one): one is Notice => one === word);
  return notice && NOTICES[notice];
}
