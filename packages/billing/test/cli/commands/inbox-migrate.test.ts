import { createSchema, describePostgres } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { expect, it } from "vitest";
import { runCli } from "../run-cli.js";

const migrate = (...args: readonly string[]) => runCli({}, ["inbox", "migrate", ...args]);

it.each([{ args: [] }, { args: ["--print", "--url", "postgres://127.0.0.1/test"] }])(
  "is told either a database or to print: $args",
  async ({ args }) => {
    expect(await migrate(...args)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^Either --url <url> or --print/),
    });
  },
);

it("refuses what is no URL of a database", async () => {
  for (const url of ["mydb", "localhost:5432/mydb", "https://localhost/mydb"]) {
    expect(await migrate("--url", url)).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^--url must be/),
    });
  }
});

it("refuses a schema whose name would have to be quoted", async () => {
  expect(await migrate("--print", "--schema", 'a"b')).toMatchObject({ code: 2, out: "" });
});

describePostgres("billing inbox migrate", () => {
  it("brings a database to the newest version, and finds it there the second time", async () => {
    const schema = await createSchema();
    try {
      const args = ["--url", postgresUrl() ?? "", "--schema", schema.name];
      expect(await migrate(...args)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/from version 0 to 1\.$/m),
      });
      expect(await migrate(...args)).toMatchObject({
        code: 0,
        out: expect.stringMatching(/up to date, at version 1\.$/m),
      });
    } finally {
      await schema.drop();
    }
  });

  it("prints SQL that does the same, and may be run again", async () => {
    const schema = await createSchema();
    try {
      const { code, out } = await migrate("--print", "--schema", schema.name);
      expect(code).toBe(0);
      await schema.pool.query(out);
      await schema.pool.query(out);
      const args = ["--url", postgresUrl() ?? "", "--schema", schema.name];
      expect(await migrate(...args)).toMatchObject({ out: expect.stringMatching(/up to date/) });
    } finally {
      await schema.drop();
    }
  });
});
