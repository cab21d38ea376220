import ts from "typescript";

/**
 * The names in a tag's code that its file does not know. They would make any test fail, and prove nothing.
 *
 * @param {string} code
 * @param {ts.SourceFile} source
 * @returns {string[]}
 */
export function unknownNames(code, source) {
  const parsed = ts.createSourceFile("code.ts", `(${code});`, ts.ScriptTarget.Latest, true);
  const known = new Set([...namesIn(source), ...declaredIn(parsed)]);
  return namesIn(parsed).filter((name) => !known.has(name) && !(name in globalThis));
}

/** Every name but those of properties. */
function namesIn(node) {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return isPropertyName(node) ? [] : [node.text];
  return children(node).flatMap(namesIn);
}

function isPropertyName(node) {
  const { parent } = node;
  if (ts.isIdentifier(node) && ts.isPropertyAccessExpression(parent)) return parent.name === node;
  return ts.isPropertyAssignment(parent) && parent.name === node;
}

function declaredIn(node) {
  const isBinding = ts.isParameter(node) || ts.isBindingElement(node);
  const own = isBinding && ts.isIdentifier(node.name) ? [node.name.text] : [];
  return [...own, ...children(node).flatMap(declaredIn)];
}

function children(node) {
  const found = [];
  ts.forEachChild(node, (child) => {
    found.push(child);
  });
  return found;
}
