import ts from "typescript";

const LOGICAL = new Set([
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
]);

/** The first node that passes, from the outside in. */
export function find(node, passes) {
  if (passes(node)) return node;
  return ts.forEachChild(node, (child) => find(child, passes));
}

/** The first call of a function or method; without a name, the first call. */
export function findCall(node, name) {
  return find(
    node,
    (one) => ts.isCallExpression(one) && (name === undefined || calleeName(one.expression) === name),
  );
}

function calleeName(callee) {
  return ts.isPropertyAccessExpression(callee) ? callee.name.text : callee.getText();
}

/** The operands of a chain of one logical operator; none of anything else. */
export function operands(node) {
  if (!isLogical(node)) return [];
  const isSameChain = isLogical(node.left) && node.left.operatorToken.kind === node.operatorToken.kind;
  return [...(isSameChain ? operands(node.left) : [node.left]), node.right];
}

/** The longest chain of one logical operator that an expression is a part of. */
export function wholeChain(node) {
  const { parent } = node;
  return isLogical(parent) && parent.operatorToken.kind === node.operatorToken.kind
    ? wholeChain(parent)
    : node;
}

function isLogical(node) {
  return ts.isBinaryExpression(node) && LOGICAL.has(node.operatorToken.kind);
}

/** What a list, object or template is made of. */
export function members(node) {
  if (ts.isArrayLiteralExpression(node)) return [...node.elements];
  if (ts.isObjectLiteralExpression(node)) return [...node.properties];
  return ts.isTemplateExpression(node) ? [...node.templateSpans] : [];
}

/** The expression that a node returns, assigns or computes. */
export function findValue(node) {
  if (ts.isVariableStatement(node)) return findValue(node.declarationList.declarations[0].initializer);
  if (ts.isPropertyAssignment(node)) return findValue(node.initializer);
  if (ts.isIfStatement(node)) return findValue(node.thenStatement);
  if (ts.isReturnStatement(node) || ts.isExpressionStatement(node)) return findValue(node.expression);
  if (ts.isSpreadAssignment(node)) return node.expression;
  if (ts.isArrowFunction(node) && !ts.isBlock(node.body)) return node.body;
  const isAssignment = ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return isAssignment ? node.right : node;
}
