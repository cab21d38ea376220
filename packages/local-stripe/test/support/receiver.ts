import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Stripe from "stripe";
import { onTestFinished } from "vitest";

export interface Received {
  readonly body: string;
  readonly signature: string;
}

/** A webhook endpoint that answers as it is told, 200 by default. */
export async function receiver(
  answers: number[] = [],
): Promise<{ url: string; received: Received[]; events: () => Stripe.Event[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const signature = String(request.headers["stripe-signature"]);
      received.push({ body: Buffer.concat(chunks).toString(), signature });
      response.writeHead(answers.shift() ?? 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hooks`,
    received,
    events: () => received.map(({ body }) => JSON.parse(body) as Stripe.Event),
  };
}
