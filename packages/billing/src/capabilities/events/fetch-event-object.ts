import { InvalidArgumentError } from "../../errors.js";
import { callOptions, checkInput } from "../../input.js";
import type { CallOptions } from "../../stripe/deadline.js";
import type { TenantScope } from "../../tenancy/scope/tenant-scope.js";
import type { EventObject } from "../../tenancy/tenancy.js";

/** Reads the object that an event is about. One request. */
export async function fetchEventObject(
  scope: TenantScope,
  object: EventObject,
  options: CallOptions,
): Promise<object> {
  if (typeof object !== "object" || object === null) {
    throw new InvalidArgumentError("object must have the type and the id of the event's object.");
  }
  checkInput(callOptions, options);
  return scope.eventObject({ type: object.type, id: object.id });
}
