import { expect, it } from "vitest";
import { Collection } from "../../src/store/collection.js";

interface Note {
  readonly id: string;
  readonly created: number;
  readonly topic: string;
}

it("puts an object that was removed back in its place, in lists and under its values", () => {
  const notes = new Collection<Note>({ topic: (note) => [note.topic] }, { delayMs: () => 0, nowMs: () => 0 });
  for (const id of ["a", "b", "c"]) notes.insert({ id, created: 0, topic: "all" });
  const listed = () => notes.all({ topic: "all" }).map(({ id }) => id);
  const putBack = notes.remove("b", { remember: true });
  expect([listed(), notes.wasDeleted("b")]).toEqual([["c", "a"], true]);
  putBack();
  expect([listed(), notes.wasDeleted("b")]).toEqual([["c", "b", "a"], false]);
  expect(notes.all().map(({ id }) => id)).toEqual(["c", "b", "a"]);
});
