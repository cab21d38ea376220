import { setImmediate as nextTurn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Deadline } from "../../../../src/deadline.js";
import { Seats, seatsOf } from "../../../../src/webhooks/inbox/postgres/seats.js";

const within = (signal?: AbortSignal) => new Deadline(10_000, [signal]);

/** Takes a seat, and notes who has got one. */
function take(seats: Seats, seated: string[], name: string, signal?: AbortSignal): Promise<void> {
  return seats.take(within(signal)).then(() => void seated.push(name));
}

test("seats are given in the order in which they were asked for", async () => {
  const seats = new Seats(1);
  const seated: string[] = [];
  for (const name of ["first", "second", "third"]) void take(seats, seated, name);
  await nextTurn();
  expect(seated).toEqual(["first"]);
  seats.leave();
  await nextTurn();
  expect(seated).toEqual(["first", "second"]);
  seats.leave();
  await nextTurn();
  expect(seated).toEqual(["first", "second", "third"]);
});

test("whoever gives up waiting takes no seat", async () => {
  const seats = new Seats(1);
  const seated: string[] = [];
  await take(seats, seated, "first");
  const stop = new AbortController();
  const waiting = take(seats, seated, "given up", stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow(/aborted/);
  const next = take(seats, seated, "next");
  await nextTurn();
  expect(seated).toEqual(["first"]);
  seats.leave();
  await next;
  expect(seated).toEqual(["first", "next"]);
});

test("a seat that is given to one who gives up in the same moment goes to the next", async () => {
  const seats = new Seats(1);
  const seated: string[] = [];
  await take(seats, seated, "first");
  const stop = new AbortController();
  const waiting = take(seats, seated, "given up", stop.signal);
  const next = take(seats, seated, "next");
  stop.abort();
  seats.leave();
  await expect(waiting).rejects.toThrow(/aborted/);
  await next;
  expect(seated).toEqual(["first", "next"]);
});

test("however they come, leave and give up, no seat is lost and none is made", async () => {
  const step = fc.constantFrom("take", "leave", "give up");
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { maxLength: 40 }),
      async (count, steps) => {
        const seats = new Seats(count);
        const waiting: AbortController[] = [];
        let held = 0;
        for (const next of steps) {
          if (next === "take") {
            const stop = new AbortController();
            waiting.push(stop);
            void seats.take(within(stop.signal)).then(
              () => {
                held += 1;
                waiting.splice(waiting.indexOf(stop), 1);
              },
              () => waiting.splice(waiting.indexOf(stop), 1),
            );
          } else if (next === "give up") {
            waiting.at(-1)?.abort();
          } else if (held > 0) {
            held -= 1;
            seats.leave();
          }
          if (steps.length % 2 === 0) await nextTurn();
          expect(held).toBeLessThanOrEqual(count);
        }
        await nextTurn();
        for (const stop of waiting) stop.abort();
        await nextTurn();
        for (; held > 0; held -= 1) seats.leave();
        const again = Array.from({ length: count }, () => seats.take(new Deadline(1_000)));
        await Promise.all(again);
      },
    ),
  );
});

test("a pool's seats are one less than its connections, at least one, and the same for all who ask", async () => {
  const connect = () => Promise.reject(new Error("unused"));
  for (const [max, count] of [
    [1, 1],
    [2, 1],
    [4, 3],
  ] as const) {
    const pool = { connect, options: { max } };
    const seated: string[] = [];
    const takers = Array.from({ length: 6 }, (_, at) => take(seatsOf(pool), seated, `${at}`));
    await nextTurn();
    expect(seated).toHaveLength(count);
    for (const _ of takers) seatsOf(pool).leave();
    await Promise.all(takers);
  }
  const boundless = seatsOf({ connect });
  await Promise.all(Array.from({ length: 1_000 }, () => boundless.take(within())));
});
