import { expect, it, onTestFinished, vi } from "vitest";
import { assertNode } from "../src/assert-node.js";

function within(process: object | undefined): () => void {
  vi.stubGlobal("process", process);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return assertNode;
}

it.each(["18.20.8", "20.0.0", "20.18.3"])(
  "Node %s is refused in a sentence that names what is needed",
  (node) => {
    expect(within({ versions: { node } })).toThrow(
      expect.objectContaining({
        code: "configuration",
        message: `@repo/billing needs Node.js 20.19 or newer, and this is ${node}.`,
      }),
    );
  },
);

it.each(["20.19.0", "22.0.0", "26.1.0"])("Node %s is taken", (node) => {
  expect(within({ versions: { node } })).not.toThrow();
});

it.each([
  ["Bun", { versions: { node: "18.15.0", bun: "1.0.0" } }],
  ["Deno", { versions: { node: "20.11.1", deno: "2.0.0" } }],
  ["a worker whose process names no version", { versions: {} }],
  ["a worker without a process", undefined],
])("%s is taken, whatever Node it stands for", (_, process) => {
  expect(within(process)).not.toThrow();
});
