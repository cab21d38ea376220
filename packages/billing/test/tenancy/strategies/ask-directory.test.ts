import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  ConflictError,
  DirectoryUnavailableError,
  IndeterminateError,
  NotFoundError,
} from "../../../src/index.js";
import { askCustomers, askDirectory } from "../../../src/tenancy/strategies/ask-directory.js";

const failing = (error: unknown) => askDirectory(() => Promise.reject(error));

describe("what a directory throws", () => {
  it.each([
    new Error("down"),
    "down",
    undefined,
    new NotFoundError("No such tenant."),
    new IndeterminateError("Perhaps."),
  ])("is that it could not be asked, for %s", async (error) => {
    await expect(failing(error)).rejects.toBeInstanceOf(DirectoryUnavailableError);
    await expect(failing(error)).rejects.toMatchObject({ cause: error });
  });

  it.each([new ConflictError("Linked already."), new ConfigurationError("No table.")])(
    "is itself where it is what a directory may say: %s",
    async (error) => {
      await expect(failing(error)).rejects.toBe(error);
    },
  );
});

describe("a list of customers", () => {
  it("is a copy", async () => {
    const given = ["cus_1"];
    const list = await askCustomers(async () => given);
    given.push("cus_2");
    expect(list).toEqual(["cus_1"]);
  });

  it.each([undefined, null, "cus_1", new Set(["cus_1"]), [1], [undefined]])(
    "is none for %o",
    async (answer) => {
      await expect(askCustomers(async () => answer)).rejects.toBeInstanceOf(ConfigurationError);
    },
  );
});
