import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A server whose sessions end as soon as they are ready, with both messages in one packet, as under load. */
export async function openDyingServer(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => {
      const ready = [message("R", Buffer.alloc(4)), message("Z", Buffer.from("I"))];
      const fatal = "SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0";
      socket.end(Buffer.concat([...ready, message("E", Buffer.from(fatal))]));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on a port has an address of this kind.
  const { port } = server.address() as AddressInfo;
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    async close() {
      server.close();
      await once(server, "close");
    },
  };
}

function message(type: string, content: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(content.length + 4, 1);
  return Buffer.concat([head, content]);
}
