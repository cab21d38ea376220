import type { Route } from "./route.js";

interface Node {
  readonly next: Map<string, Node>;
  readonly routes: Map<string, Route>;
}

export interface Found {
  readonly route: Route;
  readonly id: string;
}

/** Finds the route of a path. A part that is written out goes before one that stands for anything. */
export class Router {
  readonly #root: Node = newNode();

  constructor(routes: Iterable<Route>) {
    for (const route of routes) {
      let node = this.#root;
      for (const part of route.path.split("/").slice(1)) {
        const name = part.startsWith(":") ? ":" : part;
        const next = node.next.get(name) ?? newNode();
        node.next.set(name, next);
        node = next;
      }
      if (node.routes.has(route.method)) throw new Error(`${route.method} ${route.path} is there twice`);
      node.routes.set(route.method, route);
    }
  }

  find(method: string, path: string): Found | undefined {
    let node: Node | undefined = this.#root;
    let id = "";
    for (const part of path.split("/").slice(1)) {
      const plain: Node | undefined = node?.next.get(part);
      if (plain === undefined && part !== "") id = decodePart(part);
      node = plain ?? (part === "" ? undefined : node?.next.get(":"));
    }
    const route = node?.routes.get(method);
    return route && { route, id };
  }
}

function newNode(): Node {
  return { next: new Map(), routes: new Map() };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
