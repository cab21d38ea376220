/**
 * Writes the API reference, `docs/api`, from the docstrings: a page for each thing that the package exports.
 *
 *     node scripts/api-reference.mjs [folder]
 */
import { rm } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, Comment, Converter } from "typedoc";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const folder = resolve(process.argv[2] ?? `${PACKAGE}docs/api`);

/** What an application imports, by the name that TypeDoc gives the file. */
const IMPORTS = {
  index: "@repo/billing",
  webhooks: "@repo/billing/webhooks",
  postgres: "@repo/billing/postgres",
  client: "@repo/billing/client",
  testing: "@repo/billing/testing",
};

const app = await Application.bootstrapWithPlugins({
  name: "API reference",
  entryPoints: ["index", "webhooks", "postgres", "client", "testing/index"].map(
    (name) => `${PACKAGE}src/${name}.ts`,
  ),
  tsconfig: `${PACKAGE}tsconfig.json`,
  plugin: ["typedoc-plugin-markdown"],
  outputs: [{ name: "markdown", path: folder }],
  // The build has checked the types.
  skipErrorChecking: true,
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  excludeInternal: true,
  excludePrivate: true,
  validation: { notExported: false, invalidLink: true },
  treatWarningsAsErrors: true,
  outputFileStrategy: "members",
  hidePageHeader: true,
  hideBreadcrumbs: true,
  hideGroupHeadings: true,
  useCodeBlocks: true,
  parametersFormat: "table",
  interfacePropertiesFormat: "table",
  typeDeclarationFormat: "table",
  propertyMembersFormat: "table",
  classPropertiesFormat: "table",
  tableColumnSettings: { hideDefaults: true, hideInherited: true, hideModifiers: true, hideOverrides: true },
  formatWithPrettier: false,
  logLevel: "Warn",
});

app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
  for (const module of project.children ?? []) module.name = IMPORTS[module.name];
  const inherited = Object.values(project.reflections).filter(saysWhatItExtends);
  for (const reflection of inherited) delete reflection.comment;
  // Which interface a method comes from helps nobody who calls it.
  for (const reflection of Object.values(project.reflections)) {
    delete reflection.implementationOf;
    delete reflection.inheritedFrom;
    delete reflection.overwrites;
    delete reflection.implementedTypes;
  }
});

/** TypeDoc gives an interface without a description that of the first one that it extends. */
function saysWhatItExtends({ comment, extendedTypes }) {
  const text = ({ summary }) => Comment.combineDisplayParts(summary);
  const others = (extendedTypes ?? []).flatMap(({ reflection }) => reflection?.comment ?? []);
  return comment !== undefined && others.some((other) => text(other) === text(comment));
}

const project = await app.convert();
if (project === undefined) process.exit(1);
await rm(folder, { recursive: true, force: true });
await app.generateOutputs(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);
