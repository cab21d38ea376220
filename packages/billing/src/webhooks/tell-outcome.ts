import { isBillingError } from "../errors.js";
import { findNodeProcess } from "../node-process.js";
import { describeError } from "./error-text.js";
import type { DeliveryKey } from "./inbox/inbox.js";
import type { Outcome } from "./outcome.js";

/** The details of a log line. They hold nothing of the event's content. */
export interface WebhookLogDetails {
  readonly status?: Outcome["status"];
  readonly eventType?: string;
  readonly delivery?: DeliveryKey;
  readonly attempt?: number;
  /** The `code` of a rejection. */
  readonly code?: string;
  /** The stack of the error and of its causes. */
  readonly stack?: string;
}

export interface WebhookLogger {
  warn(message: string, details?: WebhookLogDetails): void;
}

/** Anyone can send forged requests, so what is not verified is told once a minute for each kind, with how many there were. */
const UNVERIFIED_EVERY_MS = 60_000;

/** Writes to the process's warnings, or to the console where there is no process. */
export const processLogger: WebhookLogger = {
  warn: (message, { stack } = {}) => {
    const process = findNodeProcess();
    if (process === undefined) {
      // biome-ignore lint/suspicious/noConsole: a runtime without process warnings has nothing else.
      console.warn(stack === undefined ? message : `${message}\n${stack}`);
      return;
    }
    process.emitWarning(message, {
      type: "BillingWarning",
      ...(stack === undefined ? {} : { detail: stack }),
    });
  },
};

/**
 * Makes a logger that neither throws nor rejects: a line that the application's could not take goes to the process's
 * warnings, with why.
 */
export function toUnfailingLogger(logger: WebhookLogger): WebhookLogger {
  return {
    warn: (...line) => {
      const onFailure = (error: unknown) => {
        const [message, details] = line;
        const stack = [details?.stack, `The logger failed: ${describeError(error)}`]
          .filter(Boolean)
          .join("\n");
        processLogger.warn(message, { ...details, stack });
      };
      try {
        // A logger that writes to a service may return a promise, whatever its type says.
        Promise.resolve(logger.warn(...line)).catch(onFailure);
      } catch (error) {
        onFailure(error);
      }
    },
  };
}

/** Makes the function that tells a logger of every outcome that somebody has to look at. */
export function outcomeTeller(
  logger: WebhookLogger,
  respond: "handled" | "stored",
): (outcome: Outcome) => void {
  const next = respond === "handled" ? "Stripe will deliver it again" : "it will be tried again";
  const unverified = new Map<string, { readonly sinceMs: number; untold: number }>();
  return (outcome) => {
    if (outcome.delivery === undefined) {
      const { status, error } = outcome;
      const code = isBillingError(error) ? error.code : status;
      const last = unverified.get(code);
      // By a clock that is never set back.
      if (last !== undefined && performance.now() - last.sinceMs < UNVERIFIED_EVERY_MS) {
        last.untold += 1;
        return;
      }
      unverified.set(code, { sinceMs: performance.now(), untold: 0 });
      const more =
        last === undefined || last.untold === 0 ? "" : ` ${last.untold} more like it were not logged.`;
      if (status === "rejected") {
        logger.warn(`A webhook was rejected: ${error.message}${more}`, { status, code: error.code });
      } else {
        const sentence = "A webhook failed before it was verified; Stripe will deliver it again.";
        logger.warn(`${sentence}${more}`, { status, stack: describeError(error) });
      }
      return;
    }
    const sentence = toSentence(outcome, next);
    if (sentence === undefined) return;
    const error = "error" in outcome ? outcome.error : undefined;
    logger.warn(sentence, {
      status: outcome.status,
      eventType: outcome.eventType,
      delivery: outcome.delivery,
      ...("attempt" in outcome ? { attempt: outcome.attempt } : {}),
      ...(error === undefined ? {} : { stack: describeError(error) }),
    });
  };
}

function toSentence(
  outcome: Extract<Outcome, { readonly delivery: DeliveryKey }>,
  next: string,
): string | undefined {
  const { account, eventId } = outcome.delivery;
  const event = `Webhook ${outcome.eventType} (${eventId}${account === undefined ? "" : `, ${account}`})`;
  switch (outcome.status) {
    case "failed":
      return `${event} failed${onAttempt(outcome)}; ${next}.`;
    case "unresolved":
      return `${event} has no known tenant${onAttempt(outcome)}; ${next}.`;
    case "dead":
      return `${event} is dead${afterAttempts(outcome)}; the inbox keeps it for requeue.`;
    default:
      return undefined;
  }
}

function afterAttempts({ attempt }: { readonly attempt?: number }): string {
  return attempt === undefined ? "" : ` after ${attempt} attempts`;
}

function onAttempt({ attempt }: { readonly attempt?: number }): string {
  return attempt === undefined ? "" : ` on attempt ${attempt}`;
}
