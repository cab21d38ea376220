import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  directoryTenancy,
  memoryDirectory,
  metadataTenancy,
  postgresDirectory,
} from "../../../src/index.js";

const pool = { query: async () => ({ rows: [] }) };

/** Each strategy and directory with options, called as a program without types may call it. */
const CALLS: Readonly<Record<string, (options: unknown) => unknown>> = {
  metadataTenancy: (options) => Reflect.apply(metadataTenancy, undefined, [options]),
  directoryTenancy: (options) => Reflect.apply(directoryTenancy, undefined, [memoryDirectory(), options]),
  postgresDirectory: (options) => Reflect.apply(postgresDirectory, undefined, [options]),
};

describe("a misspelled option", () => {
  it.each([
    ["metadataTenancy", { Key: "workspace" }, "Key", "key"],
    ["directoryTenancy", { kye: "workspace" }, "kye", "key"],
    ["postgresDirectory", { pool, tabel: "customers" }, "tabel", "table"],
  ])(
    "of %s is refused by name, since another mark or table would count: %o",
    (call, options, wrong, meant) => {
      expect(() => CALLS[call]?.(options)).toThrow(
        expect.objectContaining({
          code: "configuration",
          message: expect.stringContaining(`${call} has no option "${wrong}" (did you mean "${meant}"?).`),
        }),
      );
    },
  );

  it.each(Object.keys(CALLS))("is not all that %s refuses: options must be an object", (call) => {
    for (const options of [null, "workspace", [], 60]) {
      expect(() => CALLS[call]?.(options)).toThrow(
        new ConfigurationError(`The options of ${call} must be an object.`),
      );
    }
  });

  it("is not all that postgresDirectory refuses: its pool must have the method query", () => {
    for (const wrong of [undefined, null, {}, "postgres://127.0.0.1/app"]) {
      expect(() => CALLS["postgresDirectory"]?.({ pool: wrong })).toThrow(
        new ConfigurationError("postgresDirectory's pool must be a pool or client of pg."),
      );
    }
  });
});
