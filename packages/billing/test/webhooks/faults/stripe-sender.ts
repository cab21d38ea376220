import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerProcess } from "./worker-process.js";

/** What Stripe takes for an acknowledgment. */
const ACKNOWLEDGED: ReadonlySet<string | undefined> = new Set(["handled", "duplicate", "stored", "dead"]);
const TIMEOUT_MS = 2_000;
const OBJECTS = 200;

/** Delivers as Stripe does: to any process, again until it is acknowledged, and now and then twice. */
export class StripeSender {
  readonly #workers: () => readonly WorkerProcess[];
  readonly #random: () => number;
  readonly #atOnce: number;
  readonly #paceMs: number;
  readonly #sending = new Set<Promise<void>>();
  #deliveries = 0;
  #isEnding = false;
  #hasGivenUp = false;
  events = 0;
  acknowledged = 0;
  /** Makes no new events while this is so. */
  isHeldBack = false;

  /** `atOnce`: deliveries on their way, for each process. `paceMs`: from one event to the next. */
  constructor(
    workers: () => readonly WorkerProcess[],
    random: () => number,
    { atOnce, paceMs }: { readonly atOnce: number; readonly paceMs: number },
  ) {
    this.#workers = workers;
    this.#random = random;
    this.#atOnce = atOnce;
    this.#paceMs = paceMs;
  }

  /** Makes events until `end` is called, at its pace or as fast as they are acknowledged. */
  async send(): Promise<void> {
    while (!this.#isEnding) {
      const atMost = this.#atOnce * Math.max(1, this.#workers().length);
      if (this.isHeldBack) await sleep(10);
      else if (this.#sending.size >= atMost) await Promise.race(this.#sending);
      else {
        this.#start();
        if (this.#paceMs > 0) await sleep(this.#paceMs);
      }
    }
  }

  /** Makes no more events, and goes on with those that are not acknowledged. */
  end(): void {
    this.#isEnding = true;
  }

  /** Delivers nothing more. */
  async giveUp(): Promise<void> {
    this.#isEnding = true;
    this.#hasGivenUp = true;
    await Promise.all(this.#sending);
  }

  #start(): void {
    const id = `evt_${this.events}`;
    this.events += 1;
    const body = JSON.stringify({
      id,
      object: "event",
      type: "customer.subscription.updated",
      created: Math.floor(Date.now() / 1000),
      livemode: false,
      // Some share an object, and wait for each other.
      data: { object: { id: `sub_${this.events % OBJECTS}`, object: "subscription", customer: "cus_1" } },
    });
    const sending = this.#deliverUntilAcknowledged(body);
    this.#sending.add(sending);
    void sending.finally(() => this.#sending.delete(sending));
  }

  async #deliverUntilAcknowledged(body: string): Promise<void> {
    if (this.#random() < 0.05) void this.#deliver(body);
    while (!this.#hasGivenUp) {
      if (ACKNOWLEDGED.has(await this.#deliver(body))) {
        this.acknowledged += 1;
        return;
      }
      await sleep(20 + 80 * this.#random());
    }
  }

  async #deliver(body: string): Promise<string | undefined> {
    const alive = this.#workers().filter(({ isAlive }) => isAlive);
    const worker = alive[Math.floor(this.#random() * alive.length)];
    this.#deliveries += 1;
    return worker?.deliver(this.#deliveries, body, TIMEOUT_MS);
  }
}
