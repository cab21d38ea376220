import ts from "typescript";

/** Compiles a module as an application does; the decorators of NestJS need the last two. */
export function compile(code: string): string {
  return ts.transpile(code, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
  });
}
