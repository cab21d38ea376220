import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** What an application says of its deliveries. */
export interface Report {
  readonly what: "began" | "handled" | "closed";
  readonly id?: string;
  readonly event?: unknown;
}

/** A place that an application of another process, and of another runtime, can report to. */
export interface Collector {
  readonly url: string;
  readonly reports: readonly Report[];
  /** Resolves with a report, once there is one. */
  waitFor(what: Report["what"], id?: string): Promise<Report>;
  close(): Promise<void>;
}

export async function startCollector(): Promise<Collector> {
  const reports: Report[] = [];
  const waiting = new Set<() => void>();
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    reports.push(JSON.parse(Buffer.concat(pieces).toString()));
    for (const look of waiting) look();
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // A TCP server's address is of this kind; only pipes have another.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    reports,
    waitFor: (what, id) =>
      new Promise((resolve) => {
        const look = () => {
          const found = reports.find((report) => report.what === what && report.id === id);
          if (found === undefined) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
