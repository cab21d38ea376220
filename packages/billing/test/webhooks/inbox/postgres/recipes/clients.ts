import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PGlite, type Transaction } from "@electric-sql/pglite";
import { PrismaPg } from "@prisma/adapter-pg";
import type { Schema } from "@repo/test-kit/postgres-schema";
import { postgresUrl } from "@repo/test-kit/servers";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { Kysely, sql as kyselySql, PostgresDialect } from "kysely";
import postgres, { type TransactionSql } from "postgres";
import type { TransactingPool } from "../../../../../src/postgres.js";
import { fromDrizzle } from "./drizzle.js";
import { fromKysely } from "./kysely.js";
import { fromPGlite } from "./pglite.js";
import { fromPostgresJs } from "./postgres-js.js";
import { fromPrisma } from "./prisma.js";

/** A client on a schema, and how a handler writes through it. */
export interface Recipe {
  readonly pool: TransactingPool<unknown>;
  /** Adds a row to the table `effects`, whose names are unique. */
  readonly write: (tx: unknown, name: string) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Every client that has a recipe in docs/postgres-inbox.md. */
export const RECIPES: Readonly<Record<string, (schema: Schema) => Promise<Recipe>>> = {
  "postgres.js": async ({ name }) => {
    const connection = { search_path: name };
    const client = postgres(postgresUrl() ?? "", { max: 3, connection, onnotice: () => undefined });
    const write = (tx: TransactionSql, effect: string) => tx`INSERT INTO effects VALUES (${effect})`;
    return toRecipe(fromPostgresJs(client), write, () => client.end());
  },

  Drizzle: async ({ pool }) =>
    toRecipe(fromDrizzle(drizzle({ client: pool })), (tx, effect) =>
      tx.execute(sql`INSERT INTO effects VALUES (${effect})`),
    ),

  Kysely: async ({ pool }) =>
    toRecipe(fromKysely(new Kysely<object>({ dialect: new PostgresDialect({ pool }) })), (tx, effect) =>
      kyselySql`INSERT INTO effects VALUES (${effect})`.execute(tx),
    ),

  Prisma: async ({ name }) => {
    const prisma = await openPrisma(
      new PrismaPg({ connectionString: postgresUrl() ?? "" }, { schema: name }),
    );
    const write = (tx: PrismaTransaction, effect: string) => tx.effect.create({ data: { name: effect } });
    return toRecipe(fromPrisma(prisma), write, () => prisma.$disconnect());
  },

  PGlite: async ({ name }) => {
    const db = await PGlite.create();
    await db.exec(`CREATE SCHEMA ${name}; SET search_path = ${name}`);
    const write = (tx: Transaction, effect: string) => tx.query("INSERT INTO effects VALUES ($1)", [effect]);
    return toRecipe(fromPGlite(db), write, () => db.close());
  },
};

function toRecipe<Tx>(
  pool: TransactingPool<Tx>,
  write: (tx: Tx, name: string) => Promise<unknown>,
  close = async () => {},
): Recipe {
  // Each test writes through what its own pool handed out.
  return { pool, write: (tx, name) => write(tx as Tx, name), close };
}

const PRISMA_SCHEMA = `
generator client {
  provider = "prisma-client"
  output   = "./client"
}
datasource db {
  provider = "postgresql"
}
model Effect {
  name String @id
  @@map("effects")
}`;

interface PrismaTransaction {
  $queryRawUnsafe<T>(text: string, ...values: unknown[]): PromiseLike<T>;
  readonly effect: { create(row: { readonly data: { readonly name: string } }): Promise<unknown> };
}

interface GeneratedPrisma extends PrismaTransaction {
  $transaction<T>(
    work: (tx: PrismaTransaction) => Promise<T>,
    options: { readonly timeout: number },
  ): Promise<T>;
  $disconnect(): Promise<void>;
}

/** Generates the client as an application does. */
async function openPrisma(adapter: PrismaPg): Promise<GeneratedPrisma> {
  const folder = resolve(import.meta.dirname, "../../../../../.cache/prisma");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "schema.prisma"), PRISMA_SCHEMA);
  const cli = join(dirname(createRequire(import.meta.url).resolve("prisma/package.json")), "build/index.js");
  const args = [cli, "generate", "--schema", join(folder, "schema.prisma")];
  // Or it would download an engine, which generating does not use.
  const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath };
  await promisify(execFile)(process.execPath, args, { env });
  const generated: { readonly PrismaClient: new (options: object) => GeneratedPrisma } = await import(
    pathToFileURL(join(folder, "client/client.ts")).href
  );
  return new generated.PrismaClient({ adapter });
}
