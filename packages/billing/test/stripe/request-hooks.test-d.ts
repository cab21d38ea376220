import type { Tracer } from "@opentelemetry/api";
import { describe, expectTypeOf, it } from "vitest";
import { logRequests, type RequestLogger, type RequestTracer, traceRequests } from "../../src/index.js";

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
});
