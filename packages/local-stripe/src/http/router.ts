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

/** Finds the route of a request. A literal part of a path takes precedence over a parameter. */
export class Router {
  readonly #routes = new TrieRouter<Served>();

  constructor(resources: Iterable<Pick<Resource, "permission" | "routes">>) {
    const all = [...resources].flatMap(({ permission, routes }) =>
      routes.map((route) => ({
        route,
        permission: `${permission}_${route.method === "GET" ? "read" : "write"}`,
      })),
    );
    // Of several routes that match, the one added first wins.
    all.sort((one, other) => countParameters(one) - countParameters(other));
    for (const served of all) this.#routes.add(served.route.method, served.route.path, served);
  }

  find(method: string, path: string): Found | undefined {
    const [[served, params] = []] = this.#routes.match(method, path)[0];
    if (served === undefined) return undefined;
    // Parameters are listed in the order in which the path names them.
    const [id = "", innerId = ""] = Object.values(params ?? {}).map((value) => decode(String(value)));
    return { ...served, id, innerId };
  }
}

function countParameters({ route }: Served): number {
  return route.path.split("/:").length;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
