import { expect, it } from "vitest";
import { readRecipe } from "./recipes.js";

const SHARED = "What all of them share";

/** The sections that make up each whole application. */
const APPLICATIONS: Readonly<Record<string, readonly (readonly [heading: string, page: string])[]>> = {
  "Next.js": [["The application", "nextjs.md"]],
  Express: onSharedModules("Express"),
  Fastify: onSharedModules("Fastify"),
  NestJS: onSharedModules("NestJS"),
  Hono: onSharedModules("Hono"),
  "Cloudflare Workers": onSharedModules("Hono", "Cloudflare Workers"),
};

it.each(Object.entries(APPLICATIONS))("the whole application with %s has under 120 lines", (_, sections) => {
  const files = new Map(sections.flatMap(([heading, page]) => [...readRecipe(heading, page)]));
  const lines = [...files.values()].flatMap((code) => code.trimEnd().split("\n"));
  expect(lines.length).toBeGreaterThan(60);
  expect(lines.length).toBeLessThan(120);
});

function onSharedModules(...headings: readonly string[]): readonly (readonly [string, string])[] {
  return [SHARED, ...headings].map((heading) => [heading, "applications.md"]);
}
