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
import { type AttackTitle, idPlaces, placesFor, type Target } from "./method-row.js";
import type { Attack } from "./siege.js";

export interface MatrixRow {
  /** Whether a method of this shape can be attacked so. */
  readonly applies: (target: Target) => boolean;
  readonly attack: Attack;
}

const always = () => true;
const takesId = (target: Target) => target.takes !== undefined;

/** The attacks by their titles. */
export const ATTACKS: Readonly<Record<AttackTitle, MatrixRow>> = {
  "no tenant": { applies: always, attack: noTenant },
  "a tenant taken for another": { applies: always, attack: confusableTenant },
  "a foreign id is as a missing one": { applies: takesId, attack: foreignId },
  "an id of another kind": { applies: takesId, attack: wrongKind },
  "a malformed id": { applies: takesId, attack: malformedId },
  "an id that is no text": { applies: takesId, attack: idOfAnotherType },
  "smuggled options": { applies: always, attack: smuggledOption },
  "hostile metadata": {
    applies: (target) => placesFor(target, "metadata").length > 0,
    attack: hostileMetadata,
  },
  "metadata against authority": { applies: takesId, attack: divergingMark },
  "a tenant that has nothing": {
    applies: ({ does, takes }) => takes === "customerId" || does === "list",
    attack: emptyTenant,
  },
  "foreign ids in the options": { applies: (target) => idPlaces(target).length > 0, attack: nestedId },
  "hostile cursors and limits": { applies: ({ does }) => does === "list", attack: hostilePaging },
  expansion: { applies: always, attack: expansion },
  "hostile URLs": { applies: (target) => placesFor(target, "url").length > 0, attack: hostileUrl },
  "a shared idempotency key": { applies: ({ does }) => does === "write", attack: sharedKey },
  "poisoned memory": { applies: always, attack: poisonedMemory },
  "the other mode": { applies: always, attack: otherMode },
  "a wrong account": { applies: always, attack: wrongAccount },
  "change between check and use": {
    applies: (target) => (takesId(target) && target.does === "write") || idPlaces(target).length > 0,
    attack: changeInBetween,
  },
  "deleted customers and namesakes": { applies: always, attack: goneOrNamesake },
  "telling errors": { applies: always, attack: tellingError },
};
