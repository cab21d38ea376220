import { setTimeout as sleep } from "node:timers/promises";
import { createSchema, describePostgres, type Schema } from "@repo/test-kit/postgres-schema";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connectingDatabase } from "../../../../src/webhooks/inbox/postgres/connecting.js";
import type { Database } from "../../../../src/webhooks/inbox/postgres/database.js";
import { Hints } from "../../../../src/webhooks/inbox/postgres/hints.js";

const PATIENCE_MS = 10_000;

describePostgres("hints that something was stored", () => {
  let schema: Schema;
  const stops: AbortController[] = [];

  beforeEach(async () => {
    schema = await createSchema();
  });

  afterEach(async () => {
    for (const stop of stops.splice(0)) stop.abort();
    await schema.drop();
  });

  /** Hints on a pool of their own, with what they ask of it. */
  function open(instead: Pick<Database<unknown>, "listen"> = {}) {
    const pool = schema.connect({ max: 3 }).on("error", () => undefined);
    const database = connectingDatabase(pool, 5_000);
    const { listen = expect.unreachable } = database;
    const stopped = vi.fn();
    const spied = {
      ...database,
      queryInBackground: vi.fn(database.queryInBackground),
      listen: vi.fn<typeof listen>(async (...given) => {
        const stop = await listen(...given);
        return async () => {
          stopped();
          await stop();
        };
      }),
    };
    const heard = vi.fn();
    const hints = new Hints({ ...spied, ...instead }, schema.name, heard);
    return { hints, heard, stopped, notified: spied.queryInBackground, listened: spied.listen };
  }

  function untilStopped() {
    const stop = new AbortController();
    stops.push(stop);
    return stop;
  }

  /** Waits until the listener has heard the notification by which it tries its session. */
  const isListening = ({ heard }: ReturnType<typeof open>) =>
    vi.waitFor(() => expect(heard).toHaveBeenCalled(), PATIENCE_MS);

  test("reach whoever listens, at once and again", async () => {
    const listener = open();
    listener.hints.listen(untilStopped().signal);
    await isListening(listener);
    const { hints } = open();
    for (let times = 1; times <= 2; times += 1) {
      listener.heard.mockClear();
      hints.notify();
      await vi.waitFor(() => expect(listener.heard).toHaveBeenCalledOnce(), PATIENCE_MS);
      await sleep(100);
    }
  });

  test("are two where many are asked for at once: the first, and one after the last was asked for", async () => {
    const { hints, notified } = open();
    for (let times = 0; times < 100; times += 1) hints.notify();
    expect(notified).toHaveBeenCalledOnce();
    await vi.waitFor(() => expect(notified).toHaveBeenCalledTimes(2), PATIENCE_MS);
    await sleep(200);
    expect(notified).toHaveBeenCalledTimes(2);
    hints.notify();
    await vi.waitFor(() => expect(notified).toHaveBeenCalledTimes(3), PATIENCE_MS);
    expect(notified).toHaveBeenLastCalledWith("SELECT pg_notify($1, '')::text", [schema.name]);
  });

  test("go on after one that failed", async () => {
    const { hints, notified } = open();
    notified.mockRejectedValueOnce(new Error("no route to host"));
    hints.notify();
    await sleep(150);
    hints.notify();
    await vi.waitFor(() => expect(notified).toHaveBeenCalledTimes(2), PATIENCE_MS);
  });

  test("are listened for in one session, until the signal, and again when somebody asks again", async () => {
    const listener = open();
    const { hints, listened, stopped } = listener;
    const stop = untilStopped();
    hints.listen(stop.signal);
    hints.listen(stop.signal);
    await isListening(listener);
    hints.listen(stop.signal);
    expect(listened).toHaveBeenCalledOnce();
    // Longer than the trial of the session may take.
    await sleep(2_200);
    expect(stopped).not.toHaveBeenCalled();
    stop.abort();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalledOnce(), PATIENCE_MS);
    hints.listen(stop.signal);
    expect(listened).toHaveBeenCalledOnce();
    hints.listen(untilStopped().signal);
    await vi.waitFor(() => expect(listened).toHaveBeenCalledTimes(2), PATIENCE_MS);
  });

  test("wake who waits when their session is lost, and are listened for anew", async () => {
    const listener = open();
    listener.hints.listen(untilStopped().signal);
    await isListening(listener);
    listener.heard.mockClear();
    await schema.pool.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = $1", [
      `LISTEN "${schema.name}"`,
    ]);
    await vi.waitFor(() => expect(listener.stopped).toHaveBeenCalled(), PATIENCE_MS);
    expect(listener.heard).toHaveBeenCalled();
    listener.hints.listen(untilStopped().signal);
    await vi.waitFor(() => expect(listener.listened).toHaveBeenCalledTimes(2), PATIENCE_MS);
  });

  test("that cannot be heard, as behind a pooler, cost no connection for long, and are not tried again", async () => {
    const stopped = vi.fn();
    const listened = vi.fn(async () => stopped);
    const { hints, heard } = open({ listen: listened });
    const stop = untilStopped();
    hints.listen(stop.signal);
    await sleep(1_800);
    expect(stopped).not.toHaveBeenCalled();
    await vi.waitFor(() => expect(stopped).toHaveBeenCalled(), PATIENCE_MS);
    hints.listen(stop.signal);
    expect(listened).toHaveBeenCalledOnce();
    expect(heard).not.toHaveBeenCalled();
    stop.abort();
    await sleep(10);
    hints.listen(untilStopped().signal);
    expect(listened).toHaveBeenCalledTimes(2);
  });

  test("are tried again later, not at once, when nobody can listen", async () => {
    const listened = vi.fn(() => Promise.reject(new Error("no route to host")));
    const { hints } = open({ listen: listened });
    const stop = untilStopped();
    hints.listen(stop.signal);
    await sleep(100);
    hints.listen(stop.signal);
    expect(listened).toHaveBeenCalledOnce();
    stop.abort();
    await sleep(10);
    hints.listen(untilStopped().signal);
    expect(listened).toHaveBeenCalledTimes(2);
  });

  test("are not listened for where the client cannot, or where nobody waits any more", async () => {
    const query = vi.fn(() => Promise.reject(new Error("Nobody asked for a notification.")));
    const session = () => Promise.reject(new Error("Nobody asked for a session."));
    const deaf = new Hints({ query, queryInBackground: query, session }, schema.name, expect.unreachable);
    deaf.listen(untilStopped().signal);
    const { hints, listened } = open();
    hints.listen(AbortSignal.abort());
    await sleep(50);
    expect(listened).not.toHaveBeenCalled();
    expect(query).not.toHaveBeenCalled();
  });
});
