/**
 * Has a directory hold the services that listen to it no longer than anyone else does. An application has one directory,
 * and may make a service for each request.
 */
import { addWeakly, hasWeakReferences, listLive, type WeakMembers } from "../../weak-members.js";

type Listener = (customerId: string) => void;

/** The part of a directory that is needed. */
interface Announcing {
  onChange?(listener: Listener): void;
}

/** Calls `listener` for each customer whose link changes, as long as someone else holds `listener`. */
export function listenWeakly(directory: Announcing, listener: Listener): void {
  if (!hasWeakReferences()) {
    directory.onChange?.(listener);
    return;
  }
  const group = groups.get(directory) ?? begin(directory);
  addWeakly(group, listener);
}

const groups = new WeakMap<Announcing, WeakMembers<Listener>>();

function begin(directory: Announcing): WeakMembers<Listener> {
  const group: WeakMembers<Listener> = new Set();
  groups.set(directory, group);
  directory.onChange?.((customerId) => {
    for (const listener of listLive(group)) listener(customerId);
  });
  return group;
}
