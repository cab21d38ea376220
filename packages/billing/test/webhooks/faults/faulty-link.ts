import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** A link to a server that can be made to fail. */
export interface FaultyLink {
  /** As the server's URL, by way of this link. */
  readonly url: string;
  /** Cuts the connection of the next decisive request: it has reached the server, and its answer reaches nobody. */
  loseNextAnswer(): Promise<void>;
  /** Relays nothing more on a random connection, which stays open on both sides. */
  silenceOne(random: () => number): boolean;
  /** Has each packet be on its way for so long, from now on and in both directions; without a delay, for no time again. */
  slowDown(delayMs?: () => number): void;
  close(): Promise<void>;
}

/** Requests with these bytes are decisive. */
export async function openFaultyLink(serverUrl: string, decisive: Buffer): Promise<FaultyLink> {
  const server = new URL(serverUrl);
  const links = new Set<Link>();
  let onLost: (() => void) | undefined;
  let delayMs: (() => number) | undefined;
  const onDecisive = (given: Link) => {
    const lose = onLost;
    if (lose === undefined) return;
    onLost = undefined;
    given.cutAtAnswer();
    lose();
  };

  const listener = createServer((client) => {
    const link = new Link(client, connect(Number(server.port), server.hostname), {
      decisive,
      onDecisive,
      delayMs: () => delayMs?.() ?? 0,
    });
    links.add(link);
    client.once("close", () => links.delete(link));
  });
  listener.listen(0, "127.0.0.1");
  await once(listener, "listening");
  const url = new URL(serverUrl);
  // A server that listens on a port has an address of this kind.
  url.port = String((listener.address() as AddressInfo).port);

  return {
    url: url.href,
    loseNextAnswer: () =>
      new Promise((resolve) => {
        onLost = resolve;
      }),
    silenceOne(random) {
      const open = [...links].filter(({ isSilent }) => !isSilent);
      const link = open[Math.floor(random() * open.length)];
      link?.silence();
      return link !== undefined;
    },
    slowDown(by) {
      delayMs = by;
    },
    async close() {
      for (const link of links) link.cut();
      listener.close();
      await once(listener, "close");
    },
  };
}

interface LinkSettings {
  readonly decisive: Buffer;
  readonly onDecisive: (link: Link) => void;
  /** How long the next packet is on its way. */
  readonly delayMs: () => number;
}

/** One connection of a process to the server. */
class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  #isCutAtAnswer = false;
  isSilent = false;

  constructor(client: Socket, server: Socket, { decisive, onDecisive, delayMs }: LinkSettings) {
    this.#client = client;
    this.#server = server;
    const [toServer, toClient] = [delayedWriter(server, delayMs), delayedWriter(client, delayMs)];
    client.on("data", (data) => {
      if (this.isSilent) return;
      if (data.includes(decisive)) onDecisive(this);
      toServer(data);
    });
    server.on("data", (data) => {
      if (this.#isCutAtAnswer) this.cut();
      else if (!this.isSilent) toClient(data);
    });
    for (const socket of [client, server]) {
      socket.setNoDelay(true).on("error", () => this.cut());
      socket.on("close", () => !this.isSilent && this.cut());
    }
  }

  cutAtAnswer(): void {
    this.#isCutAtAnswer = true;
  }

  silence(): void {
    this.isSilent = true;
  }

  cut(): void {
    this.#client.destroy();
    this.#server.destroy();
  }
}

/** Writes packets in the order in which they came, each when its time on the way is over. */
function delayedWriter(to: Socket, delayMs: () => number): (data: Buffer) => void {
  let underway = 0;
  let last = Promise.resolve();
  return (data) => {
    const arrivesAtMs = performance.now() + delayMs();
    if (underway === 0 && arrivesAtMs <= performance.now()) {
      to.write(data);
      return;
    }
    underway += 1;
    last = last
      .then(() => sleep(Math.max(0, arrivesAtMs - performance.now())))
      .then(() => {
        underway -= 1;
        to.write(data);
      });
  };
}
