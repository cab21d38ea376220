import type { Resource, Route } from "../declare/route.js";

interface Served {
  readonly route: Route;
  /** What a restricted key needs for it. */
  readonly permission: string;
}

interface Node {
  readonly next: Map<string, Node>;
  readonly routes: Map<string, Served>;
}

export interface Found extends Served {
  readonly id: string;
  readonly innerId: string;
}

/** Finds the route of a path. A part that is written out goes before one that stands for anything. */
export class Router {
  readonly #root: Node = newNode();

  constructor(resources: Iterable<Pick<Resource, "permission" | "routes">>) {
    for (const { permission, routes } of resources) {
      for (const route of routes) {
        const right = `${permission}_${route.method === "GET" ? "read" : "write"}`;
        this.#add({ route, permission: right });
      }
    }
  }

  find(method: string, path: string): Found | undefined {
    let node: Node | undefined = this.#root;
    const named: string[] = [];
    for (const part of path.split("/").slice(1)) {
      const plain: Node | undefined = node?.next.get(part);
      if (plain === undefined) named.push(decodePart(part));
      node = plain ?? (part === "" ? undefined : node?.next.get(":"));
    }
    const served = node?.routes.get(method);
    return served && { ...served, id: named[0] ?? "", innerId: named[1] ?? "" };
  }

  #add(served: Served): void {
    const { method, path } = served.route;
    let node = this.#root;
    for (const part of path.split("/").slice(1)) {
      const name = part.startsWith(":") ? ":" : part;
      const next = node.next.get(name) ?? newNode();
      node.next.set(name, next);
      node = next;
    }
    if (node.routes.has(method)) throw new Error(`${method} ${path} is there twice`);
    node.routes.set(method, served);
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
