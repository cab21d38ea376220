import { beforeEach } from "vitest";

const failed = new Set<string>();

/** The first test that fails tells all there is to know of a copy, so its others are left out. */
beforeEach(({ task, skip, onTestFailed }) => {
  const [copy = ""] = /without-\d+/.exec(task.file.filepath) ?? [];
  if (failed.has(copy)) skip();
  onTestFailed(() => {
    failed.add(copy);
  });
});
