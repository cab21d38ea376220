import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ConfigurationError, postgresDirectory } from "../../../src/index.js";

describePostgres("postgresDirectory", () => {
  let schema: Schema;
  beforeAll(async () => {
    schema = await createSchema();
  });
  afterAll(() => schema.drop());

  it("makes its table once, however many processes make it at the same moment", async () => {
    for (let round = 0; round < 5; round++) {
      const table = `made_${round}`;
      const processes = Array.from({ length: 10 }, () =>
        postgresDirectory({ pool: schema.connect(), table }),
      );
      await Promise.all(processes.map((directory) => directory.createTable()));
      await Promise.all(processes.map((directory, i) => directory.link(`tenant-${i % 2}`, `cus_${i}`)));
      expect(await processes[0]?.customersOf("tenant-1")).toEqual([
        "cus_1",
        "cus_3",
        "cus_5",
        "cus_7",
        "cus_9",
      ]);
    }
  });

  it("makes its table in the schema that is named, and leaves one that is there as it is", async () => {
    const directory = postgresDirectory({ pool: schema.pool, table: `${schema.name}.customers` });
    await directory.createTable();
    await directory.link("acme", "cus_1");
    await directory.createTable();

    expect(await directory.tenantOf("cus_1")).toBe("acme");
  });

  it("finds a tenant's customers by an index, however long the table's name", async () => {
    for (const table of ["indexed", "t".repeat(63), `${schema.name}.${"u".repeat(63)}`]) {
      await postgresDirectory({ pool: schema.pool, table }).createTable();
      const { rows } = await schema.pool.query(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = $1 AND tablename = $2 AND indexdef LIKE '%(tenant_id%'",
        [schema.name, table.split(".").at(-1)],
      );
      expect(rows).toHaveLength(1);
    }
  });

  it("gives a customer to one of two tenants that link it 50 times at once, and a conflict to the other", async () => {
    const peers = Array.from({ length: 5 }, () =>
      postgresDirectory({ pool: schema.connect({ max: 2 }), table: "raced" }),
    );
    const [first] = peers;
    await first?.createTable();
    for (let round = 0; round < 20; round++) {
      const customerId = `cus_raced_${round}`;
      const claims = Array.from({ length: 50 }, (_, i) => ({
        tenantId: `tenant-${i % 2}`,
        peer: peers[i % 5],
      }));
      const outcomes = await Promise.allSettled(
        claims.map(({ tenantId, peer }) => peer?.link(tenantId, customerId)),
      );

      const owner = await first?.tenantOf(customerId);
      expect(owner).toMatch(/^tenant-[01]$/);
      outcomes.forEach((outcome, i) => {
        if (claims[i]?.tenantId === owner) expect(outcome).toEqual({ status: "fulfilled", value: undefined });
        else expect(outcome).toMatchObject({ status: "rejected", reason: { code: "conflict" } });
      });
    }
  });

  it("takes ids for values and never for SQL", async () => {
    const directory = postgresDirectory({ pool: schema.pool, table: "quoted" });
    await directory.createTable();
    const hostile = "cus_'); DROP TABLE quoted; --";
    await directory.link("acme", hostile);

    expect(await directory.tenantOf(hostile)).toBe("acme");
    expect(await directory.customersOf("' OR '1'='1")).toEqual([]);
  });

  it.each(["", "*", "a b", "acme\n"])(
    "links no customer to %j, which is no tenant's id",
    async (tenantId) => {
      const directory = postgresDirectory({ pool: schema.pool, table: "well_formed" });
      await directory.createTable();

      await expect(directory.link(tenantId, "cus_1")).rejects.toMatchObject({ code: "tenant_context" });
      expect(await directory.tenantOf("cus_1")).toBeUndefined();
    },
  );

  it.each([
    "",
    "1a",
    "a b",
    "A",
    "a;b",
    'a"b',
    "a.b.c",
    "a.",
    ".a",
    "a--",
    "a'",
    "ä",
    "t".repeat(64),
    null,
    7,
  ])("refuses %j for a table's name", (table) => {
    const options = { pool: schema.pool, table };
    expect(() => Reflect.apply(postgresDirectory, undefined, [options])).toThrow(ConfigurationError);
  });
});
