import { invalid } from "../api-error.js";
import { type Param, text } from "../declare/params.js";

export type EventFamily = "snapshot" | "thin";

const NAMES: Readonly<Record<EventFamily, RegExp>> = {
  snapshot: /^(?!v[12]\.)[a-z0-9_]+(\.[a-z0-9_]+)+$/,
  thin: /^v[12](\.[a-z0-9_]+(\[[a-z0-9_.]+\])?)+$/,
};

/** The name of an event of one family, or `*` for all of them. */
export function eventType(family: EventFamily): Param<string> {
  const plain = text();
  return {
    read: (value, name) => {
      const type = plain.read(value, name);
      if (type === "*" || NAMES[family].test(type)) return type;
      throw invalid(`Invalid ${name}: '${type}' is not the name of a ${family} event.`, name);
    },
  };
}
