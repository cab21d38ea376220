/** Tells whoever watches that something has changed, with a number that grows with every change. */
export class Watchers {
  readonly #watchers = new Set<() => void>();
  #version = 0;

  get version(): number {
    return this.#version;
  }

  notify(): void {
    this.#version += 1;
    for (const onChange of this.#watchers) onChange();
  }

  /** Calls `onChange` after each change; returns a function that stops it. */
  watch(onChange: () => void): () => void {
    this.#watchers.add(onChange);
    return () => this.#watchers.delete(onChange);
  }
}
