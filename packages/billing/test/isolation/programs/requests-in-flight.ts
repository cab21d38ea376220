import { setImmediate } from "node:timers/promises";
import type Stripe from "stripe";

/**
 * Knows when all that was asked of Stripe is answered. A call that is refused by one of two requests sent at once is over
 * before the other one is, which would then be taken for a request of the next call's.
 */
export class RequestsInFlight {
  readonly #stripe: Stripe;
  #count = 0;
  readonly #begin = (): void => {
    this.#count++;
  };
  readonly #end = (): void => {
    this.#count--;
  };

  constructor(stripe: Stripe) {
    this.#stripe = stripe;
    stripe.on("request", this.#begin);
    stripe.on("response", this.#end);
  }

  async settled(): Promise<void> {
    do await setImmediate();
    while (this.#count > 0);
  }

  stopCounting(): void {
    this.#stripe.off("request", this.#begin);
    this.#stripe.off("response", this.#end);
  }
}
