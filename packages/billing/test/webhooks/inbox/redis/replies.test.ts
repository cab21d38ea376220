/** What servers and clients of Redis answer in their several ways, and what is made of it. */
import { createHash } from "node:crypto";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ConfigurationError } from "../../../../src/errors.js";
import {
  type RedisClient,
  type SendCommand,
  toSendCommand,
} from "../../../../src/webhooks/inbox/redis/client.js";
import { judgeServer } from "../../../../src/webhooks/inbox/redis/judge-server.js";
import { scriptRunner } from "../../../../src/webhooks/inbox/redis/run-script.js";
import {
  readServerSettings,
  type ServerSettings,
} from "../../../../src/webhooks/inbox/redis/server-settings.js";

describe("the settings of a server", () => {
  const told = {
    maxmemory: "0",
    "maxmemory-policy": "noeviction",
    appendonly: "yes",
    appendfsync: "always",
    save: "",
  };
  const read = (reply: unknown) => readServerSettings(async () => reply, "{billing}");

  test.each([
    ["a list, as in RESP2", Object.entries(told).flat()],
    [
      "a list of bytes",
      Object.entries(told)
        .flat()
        .map((text) => Buffer.from(text)),
    ],
    ["a map, as node-redis does", new Map(Object.entries(told))],
    ["an object", told],
  ])("are read from %s", async (_, reply) => {
    expect(await read(reply)).toEqual({
      evicts: false,
      evictionPolicy: "noeviction",
      persistence: "every_write",
    });
  });

  test("are asked for in one command, on the node that has the inbox's keys", async () => {
    const send = vi.fn(async () => told);
    await readServerSettings(send, "{billing}");
    expect(send.mock.calls).toEqual([
      [["CONFIG", "GET", "maxmemory", "maxmemory-policy", "appendonly", "appendfsync", "save"], "{billing}"],
    ]);
  });

  test.each<[object, Partial<ServerSettings>]>([
    [{ maxmemory: "0", "maxmemory-policy": "allkeys-lru" }, { evicts: false }],
    [
      { maxmemory: "1", "maxmemory-policy": "allkeys-lru" },
      { evicts: true, evictionPolicy: "allkeys-lru" },
    ],
    [{ maxmemory: "1", "maxmemory-policy": "volatile-lru" }, { evicts: false }],
    [{ maxmemory: "1" }, { evicts: undefined }],
    [{ appendonly: "yes", appendfsync: "everysec" }, { persistence: "every_second" }],
    [{ appendonly: "yes", appendfsync: "no" }, { persistence: "left_to_the_system" }],
    [{ appendonly: "yes" }, { persistence: undefined }],
    [{ appendonly: "no", save: "3600 1" }, { persistence: "snapshots" }],
    [{ appendonly: "no", save: "" }, { persistence: "none" }],
    [{ appendonly: "no" }, { persistence: undefined }],
  ])("%o mean %o", async (reply, settings) => {
    expect(await read(reply)).toMatchObject(settings);
  });

  test.each<[string, Partial<ServerSettings>]>([
    ["maxmemory:0\r\naof_enabled:0\r\n", { evicts: false, persistence: undefined }],
    [
      "# Memory\r\nmaxmemory:9\r\nmaxmemory_policy:allkeys-lfu\r\n",
      { evicts: true, evictionPolicy: "allkeys-lfu" },
    ],
    ["maxmemory:9\nmaxmemory_policy:noeviction\naof_enabled:1\n", { evicts: false, persistence: undefined }],
    ["# maxmemory:0\r\n", { evicts: undefined }],
    ["nothing that is known", { evicts: undefined, evictionPolicy: undefined, persistence: undefined }],
  ])("are read from INFO where CONFIG is forbidden: %j", async (info, settings) => {
    const send = vi.fn(async ([name]: readonly string[]) => {
      if (name === "CONFIG") throw new Error("NOPERM");
      return info;
    });
    expect(await readServerSettings(send, "{billing}")).toEqual(expect.objectContaining(settings));
    expect(send).toHaveBeenLastCalledWith(["INFO"], "{billing}");
  });
});

describe("a server", () => {
  const safe: ServerSettings = { evicts: false, evictionPolicy: "noeviction", persistence: "every_write" };
  function judge(settings: Partial<ServerSettings>, acceptEviction = false): readonly string[] {
    const warn = vi.fn<(message: string) => void>();
    judgeServer({ ...safe, ...settings }, acceptEviction, { warn });
    return warn.mock.calls.map(([line]) => line);
  }
  const line = (words: string) =>
    `The Redis of this webhook inbox ${words}. With respond: "stored", acknowledged webhooks are lost then, and in every ` +
    "mode handled ones may be handled again.";

  test.each<[Partial<ServerSettings>, readonly string[]]>([
    [{}, []],
    [
      { persistence: "every_second" },
      ["syncs its log to disk every second (appendfsync everysec), so a crash loses up to the last second"],
    ],
    [
      { persistence: "left_to_the_system" },
      [
        "leaves it to the operating system when its log reaches the disk (appendfsync no), so a crash loses some seconds",
      ],
    ],
    [
      { persistence: "snapshots" },
      ["keeps only snapshots (appendonly no), so a crash loses all since the last one"],
    ],
    [
      { persistence: "none" },
      ['keeps nothing on disk (appendonly no, save ""), so a restart loses everything'],
    ],
    [
      { persistence: undefined },
      ["does not say how it writes to disk: it may lose the newest writes in a crash"],
    ],
    [{ evicts: undefined }, ["does not say whether it may evict keys: it should not"]],
  ])("of which %o is known is told of so", (settings, words) => {
    expect(judge(settings)).toEqual(words.map(line));
  });

  test("that evicts any key is refused, or told of where that was accepted", () => {
    const evicting = { evicts: true, evictionPolicy: "allkeys-lru" };
    expect(() => judge(evicting)).toThrow(
      new ConfigurationError(
        "Redis evicts any key when it runs out of memory (maxmemory-policy allkeys-lru), and with it deliveries that were " +
          "acknowledged. Set maxmemory-policy noeviction, use another server for the inbox, or pass acceptEviction: true.",
      ),
    );
    expect(judge(evicting, true)).toEqual([line("may evict its keys (maxmemory-policy allkeys-lru)")]);
  });
});

describe("a command", () => {
  const command = ["GET", "{billing}:a"];

  test("goes to each kind of client in that client's way", async () => {
    const call = vi.fn(async () => "ioredis");
    expect(await toSendCommand({ call })(command, "{billing}")).toBe("ioredis");
    expect(call.mock.calls).toEqual([["GET", "{billing}:a"]]);

    const sendCommand = vi.fn(async () => "node-redis");
    expect(await toSendCommand({ sendCommand } as RedisClient)(command, "{billing}")).toBe("node-redis");
    expect(await toSendCommand({ sendCommand, masters: [] } as RedisClient)(command, "{billing}")).toBe(
      "node-redis",
    );
    expect(sendCommand.mock.calls).toEqual([[command], ["{billing}", false, command]]);

    const own = async () => "own";
    expect(toSendCommand(own)).toBe(own);
  });

  test.each([[{}], [null], [undefined], ["redis://"], [{ call: 7 }], [{ masters: [] }]])(
    "goes to no client that is %o",
    (client) => {
      expect(() => toSendCommand(client as never)).toThrow(
        new ConfigurationError(
          "client must be a client of ioredis or node-redis, or a function that sends a command.",
        ),
      );
    },
  );
});

describe("a script", () => {
  const SCRIPT = "return {ARGV[1]}";
  const DIGEST = createHash("sha1").update(SCRIPT).digest("hex");
  const KEYS = ["{billing}:a", "{billing}:b"];
  const operands = ["2", ...KEYS, "7", "x"];

  test("is sent by its digest, with its keys first", async () => {
    const send = vi.fn(async () => [1, "two"]);
    expect(await scriptRunner(send, KEYS)(SCRIPT, [7, "x"])).toEqual(["1", "two"]);
    expect(send.mock.calls).toEqual([[["EVALSHA", DIGEST, ...operands], "{billing}:a"]]);
  });

  test("has its digest counted once, however often it is sent", async () => {
    const digest = vi.spyOn(crypto.subtle, "digest");
    onTestFinished(() => digest.mockRestore());
    const run = scriptRunner(async () => [], KEYS);
    await run(SCRIPT, []);
    await run(SCRIPT, []);
    expect(digest).toHaveBeenCalledTimes(1);
  });

  test.each(["return 1", "return 2", "return 3", "return 4", "return 5", "return 6"])(
    "has the digest that Redis knows it by: %s",
    async (script) => {
      const send = vi.fn<SendCommand>(async () => []);
      await scriptRunner(send, KEYS)(script, []);
      expect(send.mock.calls[0]?.[0][1]).toBe(createHash("sha1").update(script).digest("hex"));
    },
  );

  test("is sent in full to a server that does not know it", async () => {
    const send = vi.fn(async ([name]: readonly string[]) => {
      if (name === "EVALSHA") throw new Error("NOSCRIPT No matching script.");
      return [];
    });
    expect(await scriptRunner(send, KEYS)(SCRIPT, [7, "x"])).toEqual([]);
    expect(send).toHaveBeenLastCalledWith(["EVAL", SCRIPT, ...operands], "{billing}:a");
  });

  test.each([[new Error("READONLY")], ["NOSCRIPT"]])(
    "that failed otherwise is not sent again: %o",
    async (error) => {
      const send = vi.fn(() => Promise.reject(error));
      await expect(scriptRunner(send, KEYS)(SCRIPT, [])).rejects.toBe(error);
      expect(send).toHaveBeenCalledTimes(1);
    },
  );

  test("that is not answered with a list is no answer of this inbox's", async () => {
    await expect(scriptRunner(async () => "OK", KEYS)(SCRIPT, [])).rejects.toThrow(
      new TypeError("Redis answered a script with something other than a list."),
    );
  });
});
