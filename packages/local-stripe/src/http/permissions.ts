import type { Check } from "../check-options.js";
import { RESOURCES } from "../resources/all.js";
import { suggestName } from "../suggest-name.js";

const NAMES = [...new Set(Object.values(RESOURCES).map(({ permission }) => permission))].sort();
const KNOWN = NAMES.flatMap((name) => [`${name}_read`, `${name}_write`]);

/** A list of permissions, each of which some call of this server needs. */
export const arePermissions: Check = (value) => {
  if (!Array.isArray(value)) return 'a list of permissions, such as ["customer_read"]';
  const given: readonly unknown[] = value;
  const at = given.findIndex((one) => typeof one !== "string" || !KNOWN.includes(one));
  if (at === -1) return undefined;
  const unknown = String(given[at]);
  const meant = suggestName(unknown, KNOWN);
  const hint = meant === undefined ? "" : ` (did you mean "${meant}"?)`;
  return `a list of permissions, without "${unknown}"${hint}; a permission is _read or _write after ${NAMES.join(", ")}`;
};
