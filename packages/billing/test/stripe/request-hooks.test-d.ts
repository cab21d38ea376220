import type { Tracer } from "@opentelemetry/api";
import Fastify from "fastify";
import { type Logger, pino } from "pino";
import { describe, expectTypeOf, it } from "vitest";
import {
  type FieldLogger,
  logRequests,
  type RequestLogger,
  type RequestTracer,
  traceRequests,
} from "../../src/index.js";

declare const tracer: Tracer;

describe("the hooks for requests", () => {
  it("take OpenTelemetry's own tracer, as it is", () => {
    expectTypeOf<Tracer>().toExtend<RequestTracer>();
    traceRequests(tracer);
  });

  it("take the console, and whatever logs a line at three levels", () => {
    expectTypeOf<Console>().toExtend<RequestLogger>();
    logRequests(console);
  });

  it("take pino's loggers, and Fastify's, which are such", () => {
    expectTypeOf<Logger>().toExtend<FieldLogger>();
    logRequests(pino());
    logRequests(Fastify().log);
  });
});
