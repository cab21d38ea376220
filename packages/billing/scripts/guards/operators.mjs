import ts from "typescript";
import { find, findCall, findValue, members, operands, wholeChain } from "./syntax.mjs";

/** @typedef {{ start: number, end: number, text: string }} Edit */

/**
 * How a guard is taken away, by the first word in a tag's parentheses. Each gives an edit of the tagged node, or
 * undefined where the node has nothing of the kind.
 *
 * @type {Record<string, (node: ts.Node, rest: string) => Edit | undefined>}
 */
export const OPERATORS = {
  /** Leaves the node out: a statement, property, element or operand. The default. */
  drop,

  /** Forces the first condition, of `if` or `? :`: `if true`. It is evaluated all the same, for what it remembers. */
  if(node, code) {
    const choice = find(node, (one) => ts.isIfStatement(one) || ts.isConditionalExpression(one));
    const condition = choice && (ts.isIfStatement(choice) ? choice.expression : choice.condition);
    const isForced = code === "true" || code === "false";
    return condition && replace(condition, isForced ? `(${condition.getText()}, ${code})` : code);
  },

  /** Gives another value: `as "own"`. */
  as: (node, code) => replace(findValue(node), code),

  /** Leaves out an operand of the first `&&`, `||` or `??`: `operand 2`, `operand 2 of race`. */
  operand: (node, rest) => dropOne(node, operands, rest),

  /** Leaves out a member of the first list, object or template: `part 2`, `part 2 of scopedName`. */
  part: (node, rest) => dropOne(node, members, rest),

  /** Puts an argument in place of its call: `argument`, `argument 2`, `argument of parseOrigin`. */
  argument(node, rest) {
    const { ordinal, name } = parsePlace(rest);
    const call = findCall(node, name);
    const argument = call?.arguments[ordinal - 1];
    return argument && replace(call, argument.getText());
  },

  /** Puts the object in place of its method's call: `receiver`, `receiver of filter`. */
  receiver(node, rest) {
    const call = findCall(node, parsePlace(rest).name);
    const method = call?.expression;
    return method && ts.isPropertyAccessExpression(method)
      ? replace(call, method.expression.getText())
      : undefined;
  },

  /** Calls another method instead: `call price`. */
  call(node, name) {
    const method = findCall(node)?.expression;
    return method && replace(ts.isPropertyAccessExpression(method) ? method.name : method, name);
  },

  /** Turns the order of the first object's members around, so that another one wins. */
  reorder(node) {
    const object = find(node, ts.isObjectLiteralExpression);
    const texts = object?.properties.map((property) => property.getText());
    return object && replace(object, `{ ${texts.reverse().join(", ")} }`);
  },

  /** Puts another text in place of the first: `text "own"`. */
  text: (node, code) => replace(find(node, ts.isStringLiteral), code),

  /** Puts another regular expression in place of the first: `pattern /./`. */
  pattern: (node, code) => replace(find(node, ts.isRegularExpressionLiteral), code),
};

function drop(node) {
  if (ts.isIfStatement(node)) return replace(node, node.elseStatement?.getText() ?? ";");
  if (ts.isStatement(node)) return replace(node, ";");
  if (ts.isTemplateSpan(node)) return replace(node.expression, '""');
  if (operands(node.parent).includes(node)) return dropOperand(node);
  if (!members(node.parent).includes(node) && !ts.isCallExpression(node.parent)) return undefined;
  const [comma = ""] = /^\s*,/.exec(node.getSourceFile().text.slice(node.end)) ?? [];
  return { start: node.getStart(), end: node.end + comma.length, text: "" };
}

function dropOperand(operand) {
  const chain = wholeChain(operand.parent);
  const others = operands(chain).filter((one) => one !== operand);
  return replace(chain, others.map((one) => one.getText()).join(ts.tokenToString(chain.operatorToken.kind)));
}

function dropOne(node, parts, rest) {
  const { ordinal, name } = parsePlace(rest);
  const within = name === undefined ? node : findCall(node, name);
  const whole = within && find(within, (one) => parts(one).length > 0);
  const part = whole && parts(whole)[ordinal - 1];
  return part && drop(part);
}

/** Which one, and in which call: `2 of scopedName`. */
function parsePlace(rest) {
  const [, ordinal = "1", name] = /^(\d+)? ?(?:of (\S+))?$/.exec(rest) ?? [];
  return { ordinal: Number(ordinal), name };
}

function replace(node, text) {
  return node && { start: node.getStart(), end: node.end, text };
}
