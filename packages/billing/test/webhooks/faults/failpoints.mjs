/** Has a process kill or pause itself at a step, where a signal from outside hits too seldom. */
import { spawn } from "node:child_process";

/** In the flawed inbox, the storing is an INSERT of its own. */
const STORING = /\bstore\(|^INSERT INTO "[^"]+"\.flawed /;
const CLAIM = /\bclaim_(?:new|next)\(|gen_random_uuid\(\)/;

/** When a statement is sent, and when its answer is here: the statements of the inbox by what they have in them. */
const STATEMENTS = {
  "before the claim": { sends: CLAIM },
  "after the claim": { answered: CLAIM },
  "before the fence": { sends: /\bfence\(/ },
  "after the fence": { answered: /\bfence\(/ },
  "before the settling": { sends: /\bsettle\(/ },
  "before the commit": { sends: /COMMIT$/ },
  "while the commit is under way": { underway: /COMMIT$/ },
  "after the commit, before the answer": { answered: /COMMIT$/ },
  "before the storing": { sends: STORING },
  "after the storing, before the answer": { answered: STORING },
};

/** The scripts of Redis have no text that tells them apart, and the counts of a failpoint reach each of them. */
const COMMANDS = ["before a script", "while a script is under way", "after a script"];
const IN_HANDLER = ["handler began", "effect was written"];

export const FAILPOINTS = {
  postgres: [...Object.keys(STATEMENTS), ...IN_HANDLER],
  redis: [...COMMANDS, ...IN_HANDLER],
};

/**
 * Wraps a pool so that the process dies when its failpoint, `{ name, times }`, was reached so many times. With `pauseMs` it
 * does not die, and is paused for so long each of the first `times`.
 */
export function dieAtStatements(pool, failpoint) {
  const at = STATEMENTS[failpoint?.name];
  if (at === undefined) return pool;
  return { options: pool.options, connect: async () => dying(await pool.connect(), at, failpoint) };
}

/** Wraps what sends a command to Redis in the same way. */
export function dieAtCommands(send, failpoint) {
  const at = COMMANDS.indexOf(failpoint?.name);
  if (at === -1) return send;
  return async (command) => {
    if (!command[0].startsWith("EVAL")) return send(command);
    if (at === 0) count(failpoint);
    const answer = send(command);
    if (at === 1) setImmediate(() => count(failpoint));
    const result = await answer;
    if (at === 2) count(failpoint);
    return result;
  };
}

export function diesInHandler(failpoint, name) {
  if (failpoint?.name === name) count(failpoint);
}

function dying(client, { sends, underway, answered }, failpoint) {
  const query = async (given, values) => {
    // A message of several statements has a text, too.
    const text = given.text ?? given;
    if (sends?.test(text)) count(failpoint);
    const sent = client.query(given, values);
    const answer = given.rows ?? sent;
    // Sent, and perhaps at the server.
    if (underway?.test(text)) setImmediate(() => count(failpoint));
    const result = await answer;
    if (answered?.test(text)) count(failpoint);
    return result;
  };
  return new Proxy(client, {
    get: (target, name) => {
      if (name === "query") return query;
      const value = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function count(failpoint) {
  failpoint.times -= 1;
  if (failpoint.pauseMs !== undefined) {
    if (failpoint.times >= 0) pause(failpoint.pauseMs);
  } else if (failpoint.times <= 0) process.kill(process.pid, "SIGKILL");
}

function pause(pauseMs) {
  // Another process has to wake this one.
  spawn("sh", ["-c", `sleep ${pauseMs / 1_000}; kill -CONT ${process.pid}`], { stdio: "ignore" });
  process.kill(process.pid, "SIGSTOP");
  process.send?.({ paused: true });
}
