import ts from "typescript";

export interface Optionals {
  /** How many optional properties callers may give. */
  readonly seen: number;
  /** Those whose type leaves `undefined` out, as `PortalSettings.locale`. */
  readonly withoutUndefined: readonly string[];
}

/** Whether a type is of what callers give, or of what they are given. A callback's parameters turn it round. */
type Direction = "given" | "returned";

/** Walks from the parameters of all exported functions, classes and methods to every optional property in reach. */
export function findOptionals(entries: readonly string[], declarations: readonly string[]): Optionals {
  // What the declarations import from elsewhere is no option of ours, and reading Stripe's types takes seconds.
  const options: ts.CompilerOptions = { noLib: true, noResolve: true, types: [], strict: true };
  const program = ts.createProgram([...declarations], {
    ...options,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const checker = program.getTypeChecker();
  const visited: Record<Direction, Set<ts.Node>> = { given: new Set(), returned: new Set() };
  const seen = new Set<ts.Node>();
  const missing: string[] = [];

  for (const entry of entries) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    if (module === undefined) throw new Error(`${entry} is not a module: build the package first.`);
    for (const symbol of checker.getExportsOfModule(module)) {
      // A type alone says nothing of its direction; what uses it does.
      if (resolve(symbol).flags & ts.SymbolFlags.Value) walkSymbol(symbol, "returned");
    }
  }
  return { seen: seen.size, withoutUndefined: missing.sort() };

  function walkSymbol(symbol: ts.Symbol, direction: Direction): void {
    for (const declaration of resolve(symbol).declarations ?? []) walk(declaration, direction);
  }

  function resolve(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  }

  function walk(node: ts.Node, direction: Direction): void {
    if (visited[direction].has(node)) return;
    visited[direction].add(node);
    // Callers give an instance, which a constructor of ours has made.
    if (ts.isClassDeclaration(node) && direction === "given") return;
    if (direction === "given") check(node);
    if (ts.isTypeReferenceNode(node)) follow(node.typeName, direction);
    if (ts.isExpressionWithTypeArguments(node)) follow(node.expression, direction);
    if (ts.isTypeQueryNode(node)) follow(node.exprName, direction);
    ts.forEachChild(node, (child) => walk(child, ts.isParameter(child) ? opposite(direction) : direction));
  }

  function follow(name: ts.Node, direction: Direction): void {
    const symbol = checker.getSymbolAtLocation(name);
    if (symbol !== undefined) walkSymbol(symbol, direction);
  }

  function check(node: ts.Node): void {
    if (ts.isMappedTypeNode(node) && node.questionToken !== undefined) record(node, node.type);
    if (ts.isPropertySignature(node) && node.questionToken !== undefined) record(node, node.type);
  }

  function record(node: ts.Node, type: ts.TypeNode | undefined): void {
    seen.add(node);
    if (type === undefined || !takesUndefined(type)) missing.push(nameOf(node));
  }

  function takesUndefined(type: ts.TypeNode): boolean {
    if (ts.isUnionTypeNode(type)) return type.types.some(takesUndefined);
    if (ts.isParenthesizedTypeNode(type)) return takesUndefined(type.type);
    return type.kind === ts.SyntaxKind.UndefinedKeyword || type.kind === ts.SyntaxKind.UnknownKeyword;
  }
}

function opposite(direction: Direction): Direction {
  return direction === "given" ? "returned" : "given";
}

/** Puts the names of what surrounds a property before its own. */
function nameOf(node: ts.Node): string {
  const names: string[] = [];
  for (let at: ts.Node | undefined = node; at !== undefined; at = at.parent) {
    if (ts.isPropertySignature(at) || ts.isMethodSignature(at)) names.unshift(at.name.getText());
    if (ts.isInterfaceDeclaration(at) || ts.isTypeAliasDeclaration(at)) names.unshift(at.name.text);
  }
  return names.join(".");
}
