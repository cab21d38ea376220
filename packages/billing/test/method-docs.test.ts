import { resolve } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";
import { publicMethods } from "./public-methods.js";

const ENTRY = resolve(import.meta.dirname, "../src/index.ts");

const OPTIONS = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, strict: true };

// Once for all classes: it reads the whole package.
const program = ts.createProgram([ENTRY], OPTIONS);
const checker = program.getTypeChecker();

/** Reads what an editor shows for each method of the service, inherited from the families' interfaces. */
function readMethodDocs(
  className = "StripeBillingService",
): ReadonlyMap<string, { readonly text: string; readonly tags: readonly string[] }> {
  const entry = program.getSourceFile(ENTRY);
  const exported = entry && checker.getSymbolAtLocation(entry);
  const service = exported?.exports?.get(ts.escapeLeadingUnderscores(className));
  if (service === undefined) throw new Error(`${className} is not exported.`);
  const type = checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(service));
  return new Map(
    publicOf(type).map((method) => [
      method.name,
      {
        text: ts.displayPartsToString(method.getDocumentationComment(checker)),
        tags: method.getJsDocTags(checker).map(({ name }) => name),
      },
    ]),
  );
}

/** What an application can name; private fields begin with "#". */
function publicOf(type: ts.Type): readonly ts.Symbol[] {
  return type.getProperties().filter(({ name }) => !name.startsWith("#"));
}

it("shows a description for every public method, and its errors for all but those that throw none of their own", () => {
  const docs = readMethodDocs();
  const undescribed = publicMethods().filter((name) => (docs.get(name)?.text ?? "").length < 30);
  const withoutErrors = publicMethods().filter((name) => !docs.get(name)?.tags.includes("throws"));
  expect(undescribed).toEqual([]);
  expect(withoutErrors).toEqual([
    "diagnosePortal",
    "forgetCatalog",
    "listTenantProducts",
    "receiverFacts",
    "resolveTenant",
  ]);
});

it.each([
  { className: "BillingOperator", least: 9 },
  { className: "SharedCatalog", least: 9 },
])("shows a description for everything of $className", ({ className, least }) => {
  const docs = readMethodDocs(className);
  expect([...docs].filter(([, { text }]) => text.length < 30)).toEqual([]);
  expect(docs.size).toBeGreaterThanOrEqual(least);
});
