/** What is due when: the earliest first. An entry that no longer holds is found out when its time has come. */
export class Agenda<T> {
  /** A heap: no entry is later than those at twice its place and the next. */
  readonly #entries: { readonly at: number; readonly order: number; readonly what: T }[] = [];
  #order = 0;

  get nextAt(): number | undefined {
    return this.#entries[0]?.at;
  }

  add(at: number, what: T): void {
    this.#entries.push({ at, order: this.#order++, what });
    let place = this.#entries.length - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!this.#isBefore(place, parent)) return;
      this.#swap(place, parent);
      place = parent;
    }
  }

  /** Takes the earliest out if it is due by then. */
  take(until: number): { readonly at: number; readonly what: T } | undefined {
    const first = this.#entries[0];
    if (first === undefined || first.at > until) return undefined;
    const last = this.#entries.pop();
    if (last !== undefined && this.#entries.length > 0) {
      this.#entries[0] = last;
      this.#sink();
    }
    return first;
  }

  #sink(): void {
    for (let place = 0; ; ) {
      let earliest = place;
      for (const child of [2 * place + 1, 2 * place + 2]) {
        if (child < this.#entries.length && this.#isBefore(child, earliest)) earliest = child;
      }
      if (earliest === place) return;
      this.#swap(place, earliest);
      place = earliest;
    }
  }

  /** What is due at the same time happens in the order in which it was written down. */
  #isBefore(place: number, other: number): boolean {
    const one = this.#entries[place];
    const two = this.#entries[other];
    if (one === undefined || two === undefined) return false;
    return one.at < two.at || (one.at === two.at && one.order < two.order);
  }

  #swap(place: number, other: number): void {
    const one = this.#entries[place];
    const two = this.#entries[other];
    if (one === undefined || two === undefined) return;
    this.#entries[place] = two;
    this.#entries[other] = one;
  }
}
