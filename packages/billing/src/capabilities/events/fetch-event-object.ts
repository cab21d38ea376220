import { InvalidArgumentError } from "../../errors.js";
import { callOptions, checkInput } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { EventObject } from "../../tenancy/tenancy.js";

/** Reads the object that an event is about, frozen with all its parts. One request. */
export async function fetchEventObject(
  scope: TenantScope,
  object: EventObject,
  options: CallOptions,
): Promise<object> {
  if (typeof object !== "object" || object === null) {
    throw new InvalidArgumentError("object must have the type and the id of the event's object.");
  }
  checkInput(callOptions, options);
  return freezeDeeply(await scope.eventObject({ type: object.type, id: object.id }));
}

/** Every result is frozen, so that no caller can change what another one gets. */
function freezeDeeply<T extends object>(object: T): T {
  for (const part of Object.values(object)) {
    if (typeof part === "object" && part !== null) freezeDeeply(part);
  }
  return Object.freeze(object);
}
