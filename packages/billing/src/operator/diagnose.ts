import { InvalidArgumentError, NotFoundError } from "../errors.js";
import { callFields, checkInput, onFirstUse, optionsObject } from "../input.js";
import type { CallOptions } from "../stripe/deadline.js";
import type { OperatorScope } from "../tenancy/scope/operator-scope.js";
import type { OwnedByMetadata, OwnerFacts } from "../tenancy/tenancy.js";
import { adviseOn, describeProblem } from "./owner-problem.js";

/** Why a tenant can or cannot see an object. */
export interface ObjectDiagnosis {
  readonly objectId: string;
  /** The tenant that owns it; `*` if all tenants share it, null if it has no owner or is missing. */
  readonly tenantId: string | null;
  readonly fact: string;
  /** The next step; null if there is nothing to do. */
  readonly advice: string | null;
}

const diagnoseOptions = onFirstUse(() => optionsObject(callFields()));

/** Reads an object, and its customer or product where that decides. One request; two for a price. */
export async function diagnose(
  scope: OperatorScope,
  objectId: string,
  options: CallOptions,
): Promise<ObjectDiagnosis> {
  checkInput(diagnoseOptions, options);
  const find = FINDERS[prefixOf(objectId)];
  if (find === undefined) throw unknownKind();
  try {
    const { decidedBy, owner } = await find(scope, objectId);
    return toDiagnosis(scope, objectId, decidedBy, owner);
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    return Object.freeze({
      objectId,
      tenantId: null,
      fact: "Stripe has no such object in this account and mode, or it was deleted.",
      advice: "Check the id, and that the key is for the object's account and mode.",
    });
  }
}

interface Finding {
  /** Opens the sentence, such as "Its customer". */
  readonly decidedBy: string;
  readonly owner: OwnerFacts;
}

type Finder = (scope: OperatorScope, id: string) => Promise<Finding>;

const CUSTOMERS_OWN = { expand: ["customer"] };

const FINDERS: Readonly<Record<string, Finder>> = {
  cus: async (scope, id) =>
    byCustomer(scope, await scope.read("GET /v1/customers/{customer}", { customer: id }, {}), ""),
  sub: async (scope, id) => {
    const found = await scope.read(
      "GET /v1/subscriptions/{subscription}",
      { subscription: id },
      CUSTOMERS_OWN,
    );
    return byCustomer(scope, found.customer, "Its customer: ");
  },
  in: async (scope, id) => {
    const found = await scope.read("GET /v1/invoices/{invoice}", { invoice: id }, CUSTOMERS_OWN);
    return byCustomer(scope, found.customer, "Its customer: ");
  },
  prod: async (scope, id) => {
    const product = await scope.read("GET /v1/products/{product}", { product: id }, {});
    return byMark(scope, product, "");
  },
  price: async (scope, id) => {
    const { product } = await scope.read("GET /v1/prices/{price}", { price: id }, { expand: ["product"] });
    return byMark(scope, product, "Its product: ");
  },
  promo: async (scope, id) =>
    byMark(
      scope,
      await scope.read("GET /v1/promotion_codes/{promotion_code}", { promotion_code: id }, {}),
      "",
    ),
};

async function byCustomer(scope: OperatorScope, customer: unknown, decidedBy: string): Promise<Finding> {
  return { decidedBy, owner: await scope.customerOwner(existing(customer)) };
}

function byMark(scope: OperatorScope, object: unknown, decidedBy: string): Finding {
  return { decidedBy, owner: scope.catalogOwner(existing(object)) };
}

/** @throws NotFoundError for an object that was deleted or is not there. */
function existing(object: unknown): OwnedByMetadata {
  const isThere = typeof object === "object" && object !== null && "metadata" in object && "id" in object;
  if (!isThere) throw new NotFoundError("It was deleted.");
  return object as OwnedByMetadata; // Stripe's objects have metadata of this form
}

function toDiagnosis(
  scope: OperatorScope,
  objectId: string,
  decidedBy: string,
  owner: OwnerFacts,
): ObjectDiagnosis {
  if (owner.problem !== null) {
    const sentence = describeProblem(owner.problem, scope.markKey);
    const fact =
      decidedBy === "" ? sentence : `${decidedBy}${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
    return Object.freeze({ objectId, tenantId: null, fact, advice: adviseOn(owner.problem) });
  }
  const whose = owner.tenantId === "*" ? "shared by all tenants" : `owned by tenant ${owner.tenantId}`;
  return Object.freeze({ objectId, tenantId: owner.tenantId, fact: `It is ${whose}.`, advice: null });
}

function prefixOf(objectId: unknown): string {
  const [, prefix = ""] = (typeof objectId === "string" && /^([a-z]+)_\w{1,240}$/.exec(objectId)) || [];
  return Object.hasOwn(FINDERS, prefix) ? prefix : "";
}

function unknownKind(): InvalidArgumentError {
  return new InvalidArgumentError(
    "objectId must be the id of a customer, subscription, invoice, product, price or promotion code.",
  );
}
