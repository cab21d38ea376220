/** Members of a group that are let go of as soon as nothing else holds them. */
export type WeakMembers<T extends object> = Set<WeakRef<T>>;

/**
 * Adds a member, and calls `onEmpty` when it was the last one left. The caller sees to it that the runtime has weak
 * references: {@link hasWeakReferences}.
 */
export function addWeakly<T extends object>(
  group: WeakMembers<T>,
  member: T,
  onEmpty: () => void = () => undefined,
): void {
  const reference = new WeakRef(member);
  group.add(reference);
  ended ??= new FinalizationRegistry((remove) => remove());
  ended.register(member, () => {
    group.delete(reference);
    if (group.size === 0) onEmpty();
  });
}

export function listLive<T extends object>(group: WeakMembers<T>): T[] {
  return [...group].flatMap((reference) => reference.deref() ?? []);
}

/** A worker with an old compatibility date has none, and runs one bundle. */
export function hasWeakReferences(): boolean {
  return typeof WeakRef !== "undefined";
}

/** Takes members away that are no longer held. Made on first use, for workers that cannot make it. */
let ended: FinalizationRegistry<() => void> | undefined;
