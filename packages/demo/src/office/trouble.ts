import type { LocalStripe } from "@repo/local-stripe";

/** The part of a local Stripe that makes trouble. */
export type TroubledStripe = Pick<LocalStripe, "faults" | "webhooks">;

/** What may go wrong with requests to Stripe: each meets each chosen kind once. */
export const REQUEST_TROUBLES = {
  lost_answers: "The answer to a change breaks off, after Stripe has made it",
  server_errors: "Stripe answers a change with 500",
  slow_answers: "Stripe takes a second longer",
} as const;

/** What may go wrong with webhooks. */
export const WEBHOOK_TROUBLES = {
  none: "As they should",
  duplicate: "Three times at once",
  late: "Two seconds late",
  lost: "Not at all",
} as const;

export type RequestTrouble = keyof typeof REQUEST_TROUBLES;
export type WebhookTrouble = keyof typeof WEBHOOK_TROUBLES;

export interface TroubleChoice {
  readonly requests: ReadonlySet<RequestTrouble>;
  readonly webhooks: WebhookTrouble;
  /** The handler throws at the first attempt of each event, after it wrote. */
  readonly handlerCrashes: boolean;
}

const NO_TROUBLE: TroubleChoice = { requests: new Set(), webhooks: "none", handlerCrashes: false };
/** A preview is posted as well, and changes nothing. */
const CHANGES = { method: "POST", path: /(?<!\/create_preview)$/ } as const;
/** Until it is switched off. */
const ALWAYS = { times: Number.MAX_SAFE_INTEGER };

/** Injects faults into the local Stripe and into the handler, as the back office chooses. */
export class Trouble {
  readonly #stripe: TroubledStripe;
  readonly #crashed = new Set<string>();
  #choice = NO_TROUBLE;
  #stopWebhooks = (): void => {};
  #stopDelays = (): void => {};
  #stopChanges = (): void => {};

  constructor(stripe: TroubledStripe) {
    this.#stripe = stripe;
  }

  get choice(): TroubleChoice {
    return this.#choice;
  }

  choose(choice: TroubleChoice): void {
    this.#choice = choice;
    this.#stopWebhooks();
    this.#stopWebhooks = this.#troubleWebhooks(choice.webhooks);
    this.#delayRequests();
    this.#troubleChanges();
  }

  /**
   * Plans the faults of the next request. Call it after each: a fault happens once, so that the retry succeeds. Those of
   * changes wait for the end of a change: a read that ends meanwhile would bring them back for the change's retry.
   */
  renew(call: string): void {
    this.#delayRequests();
    if (call.startsWith("POST ") && !call.endsWith("/create_preview")) this.#troubleChanges();
  }

  /** @throws Error once for each event while the handler is to crash. */
  crash(eventId: string): void {
    if (!this.#choice.handlerCrashes || this.#crashed.has(eventId)) return;
    this.#crashed.add(eventId);
    throw new Error("The handler crashed, as the back office asked.");
  }

  #delayRequests(): void {
    this.#stopDelays();
    if (!this.#choice.requests.has("slow_answers")) return;
    this.#stopDelays = this.#stripe.faults.add({ kind: "latency", milliseconds: 1000 });
  }

  #troubleChanges(): void {
    this.#stopChanges();
    const { requests } = this.#choice;
    const { faults } = this.#stripe;
    const stops = [
      ...(requests.has("server_errors") ? [faults.add({ kind: "server_error", ...CHANGES })] : []),
      ...(requests.has("lost_answers")
        ? [faults.add({ kind: "truncated", by: "connection", ...CHANGES })]
        : []),
    ];
    this.#stopChanges = () => {
      for (const stop of stops) stop();
    };
  }

  #troubleWebhooks(trouble: WebhookTrouble): () => void {
    const { webhooks } = this.#stripe;
    switch (trouble) {
      case "none":
        return () => {};
      case "duplicate":
        return webhooks.add({ kind: "duplicate", copies: 3, ...ALWAYS });
      case "late":
        return webhooks.add({ kind: "delay", milliseconds: 2000, ...ALWAYS });
      case "lost":
        return webhooks.add({ kind: "loss", ...ALWAYS });
    }
  }
}
