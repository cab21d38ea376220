import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import Stripe from "stripe";

/** Starts the local Stripe in a process of its own, so that its work is not counted on either side. */
export async function startLocalServer() {
  const cli = fileURLToPath(new URL("cli.js", import.meta.resolve("@repo/local-stripe")));
  const child = spawn(process.execPath, [cli, "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const end = () => child.kill();
  process.once("exit", end);
  const died = once(child, "exit").then(() => Promise.reject(new Error("The local Stripe did not start.")));
  const [output] = await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), died]);
  died.catch(() => undefined);
  const { hostname: host, port } = new URL(/http:\/\/\S+/.exec(output)[0]);
  const secretKey = /sk_test_\w+/.exec(output)[0];
  const server = { host, port: Number(port), protocol: "http" };
  return {
    ...server,
    secretKey,
    createStripe: (config) => new Stripe(secretKey, { ...server, telemetry: false, ...config }),
    stop: async () => {
      process.off("exit", end);
      end();
      await once(child, "exit");
    },
  };
}
