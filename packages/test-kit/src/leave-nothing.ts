import { afterAll, vi } from "vitest";

// Files share a worker, so the next one must not inherit a spy, a fake clock or a changed environment. Only after the
// last test, since suites install some of these for all of theirs.
afterAll(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
