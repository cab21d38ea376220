import { expect, it } from "vitest";
import { listenWeakly } from "../../../src/tenancy/strategies/weak-listeners.js";

it("a directory is listened to once, and tells every listener that is held", () => {
  const listeners: ((customerId: string) => void)[] = [];
  const directory = { onChange: (listener: (customerId: string) => void) => void listeners.push(listener) };
  const heard: string[] = [];
  const first = (customerId: string) => void heard.push(`first ${customerId}`);
  const second = (customerId: string) => void heard.push(`second ${customerId}`);
  listenWeakly(directory, first);
  listenWeakly(directory, second);
  for (const tell of listeners) tell("cus_1");
  expect(listeners).toHaveLength(1);
  expect(heard).toEqual(["first cus_1", "second cus_1"]);
});
