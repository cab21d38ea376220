import ts from "typescript";
import { find } from "./syntax.mjs";

/**
 * One guard, as a comment tells of it.
 *
 * @typedef {object} Tag
 * @property {number} line From 1.
 * @property {string} description
 * @property {string} operator
 * @property {string} rest What follows the operator.
 * @property {ts.Node | undefined} node
 */

const COMMENT = /(?:^|\s)\/\/ (guard(?: \(.*?\))?: .*)$/;
const TAG = /^guard(?: \((\w+) ?(.*?)\))?: (.+)$/;

/**
 * The tags in a file. A tag stands on the line before its guard or at the end of its line, and means the outermost node
 * that begins first on that line.
 *
 * @param {ts.SourceFile} source
 * @returns {Tag[]}
 */
export function tagsIn(source) {
  const lines = source.text.split("\n");
  return lines.flatMap((line, at) => {
    const [, comment] = COMMENT.exec(line) ?? [];
    if (comment === undefined) return [];
    const code = lines.findIndex((one, index) => index >= at && !/^\s*(\/\/.*)?$/.test(one));
    const node = code < 0 ? undefined : findNode(source, code);
    return comment.split(/; (?=guard\b)/).map((tag) => {
      const [, operator = "drop", rest = "", description = ""] = TAG.exec(tag) ?? [];
      return { line: at + 1, description, operator, rest, node };
    });
  });
}

/** The outermost of the nodes that begin first on a line. */
function findNode(source, line) {
  const from = source.getPositionOfLineAndCharacter(line, 0);
  const to = source.getLineEndOfPosition(from);
  return find(source, (node) => {
    const start = node.getStart(source);
    return node !== source && start >= from && start < to && !isPunctuation(node);
  });
}

function isPunctuation({ kind }) {
  return kind >= ts.SyntaxKind.FirstPunctuation && kind <= ts.SyntaxKind.LastPunctuation;
}
