import { foreignId, idOfAnotherType, malformedId, nestedId, wrongKind } from "./attacks/ids.js";
import { expansion, hostileMetadata, hostilePaging, hostileUrl, smuggledOption } from "./attacks/options.js";
import {
  changeInBetween,
  divergingMark,
  emptyTenant,
  goneOrNamesake,
  poisonedMemory,
} from "./attacks/ownership.js";
import { otherMode, sharedKey, tellingError, wrongAccount } from "./attacks/surroundings.js";
import { confusableTenant, noTenant } from "./attacks/tenant.js";
import { type AttackCode, idPlaces, placesFor, type Target } from "./method-row.js";
import type { Attack } from "./siege.js";

export interface MatrixRow {
  readonly title: string;
  /** Whether a method of this shape can be attacked so. */
  readonly applies: (target: Target) => boolean;
  readonly attack: Attack;
}

const always = () => true;
const takesId = (target: Target) => target.takes !== undefined;

/** The attacks, one for each code but `w`, which is not made on one method at a time. */
export const ATTACKS: Readonly<Record<Exclude<AttackCode, "w">, MatrixRow>> = {
  a: { title: "no tenant", applies: always, attack: noTenant },
  b: { title: "a tenant taken for another", applies: always, attack: confusableTenant },
  "c/d": { title: "a foreign id is as a missing one", applies: takesId, attack: foreignId },
  e: { title: "an id of another kind", applies: takesId, attack: wrongKind },
  f: { title: "a malformed id", applies: takesId, attack: malformedId },
  g: { title: "an id that is no text", applies: takesId, attack: idOfAnotherType },
  h: { title: "smuggled options", applies: always, attack: smuggledOption },
  i: {
    title: "hostile metadata",
    applies: (target) => placesFor(target, "metadata").length > 0,
    attack: hostileMetadata,
  },
  j: { title: "metadata against authority", applies: takesId, attack: divergingMark },
  k: {
    title: "a tenant that has nothing",
    applies: ({ does, takes }) => takes === "customerId" || does === "list",
    attack: emptyTenant,
  },
  l: {
    title: "foreign ids in the options",
    applies: (target) => idPlaces(target).length > 0,
    attack: nestedId,
  },
  m: { title: "hostile cursors and limits", applies: ({ does }) => does === "list", attack: hostilePaging },
  n: { title: "expansion", applies: always, attack: expansion },
  o: {
    title: "hostile URLs",
    applies: (target) => placesFor(target, "url").length > 0,
    attack: hostileUrl,
  },
  q: { title: "a shared idempotency key", applies: ({ does }) => does === "write", attack: sharedKey },
  r: { title: "poisoned memory", applies: always, attack: poisonedMemory },
  s: { title: "the other mode", applies: always, attack: otherMode },
  t: { title: "a wrong account", applies: always, attack: wrongAccount },
  u: {
    title: "change between check and use",
    applies: (target) => (takesId(target) && target.does === "write") || idPlaces(target).length > 0,
    attack: changeInBetween,
  },
  v: { title: "deleted customers and namesakes", applies: always, attack: goneOrNamesake },
  x: { title: "telling errors", applies: always, attack: tellingError },
};
