import { TrieRouter } from "hono/router/trie-router";
import type { Resource, Route } from "../declare/route.js";

interface Served {
  readonly route: Route;
  /** The permission that a restricted key needs for it. */
  readonly permission: string;
}

export interface Found extends Served {
  readonly id: string;
  readonly innerId: string;
}

/** A call of Stripe that this server does not serve. */
const NOT_SERVED = "not served";

/**
 * Finds the route of a request. A literal part of a path takes precedence over a parameter, also in calls that are not
 * served: the last part of `/v1/payment_intents/search` is no id.
 */
export class Router {
  readonly #routes = new TrieRouter<Served | typeof NOT_SERVED>();

  constructor(
    resources: Iterable<Pick<Resource, "permission" | "routes">>,
    notServed: readonly string[] = [],
  ) {
    const all = [...resources].flatMap(({ permission, routes }) =>
      routes.map((route) => ({
        route,
        permission: `${permission}_${route.method === "GET" ? "read" : "write"}`,
      })),
    );
    const routes = [
      ...all.map((served) => ({ method: served.route.method, path: served.route.path, target: served })),
      ...notServed.map((call) => {
        const [method = "", path = ""] = call.split(" ");
        return { method, path: path.replaceAll("/:", "/:id"), target: NOT_SERVED } as const;
      }),
    ];
    // If several routes match, the one added first wins.
    routes.sort((one, other) => countParameters(one.path) - countParameters(other.path));
    for (const { method, path, target } of routes) this.#routes.add(method, path, target);
  }

  find(method: string, path: string): Found | undefined {
    const [[served, params] = []] = this.#routes.match(method, path)[0];
    if (served === undefined || served === NOT_SERVED) return undefined;
    // Parameters are listed in the order in which the path names them.
    const [id = "", innerId = ""] = Object.values(params ?? {}).map((value) => decode(String(value)));
    return { ...served, id, innerId };
  }
}

function countParameters(path: string): number {
  return path.split("/:").length;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
