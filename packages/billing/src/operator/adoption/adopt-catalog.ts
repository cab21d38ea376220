import { eachSideBySide } from "../../each-side-by-side.js";
import { NotFoundError } from "../../errors.js";
import type { OperatorScope } from "../../tenancy/scope/operator-scope.js";
import type { OwnedByMetadata } from "../../tenancy/tenancy.js";
import { eachPage } from "../each-page.js";
import { type AdoptionRun, WIDTH } from "./adopt-customers.js";
import type { AdoptedKind, AdoptionTarget } from "./rows.js";

type CatalogKind = Exclude<AdoptedKind, "customer">;

export interface CatalogTarget extends AdoptionTarget {
  readonly kind: CatalogKind;
}

export function isCatalogTarget(target: AdoptionTarget): target is CatalogTarget {
  return target.kind !== "customer";
}

/** Adopts products with their prices, coupons and promotion codes. One request for each, one to mark it, and for prices. */
export async function adoptCatalog(run: AdoptionRun, targets: readonly CatalogTarget[]): Promise<void> {
  await eachSideBySide(targets, WIDTH, async (target) => {
    try {
      await adoptOne(run, target);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      run.ledger.miss(target);
    }
  });
}

async function adoptOne(run: AdoptionRun, target: CatalogTarget): Promise<void> {
  const { kind, objectId, tenantId } = target;
  const scope = run.open();
  const object = await CALLS[kind].read(scope, objectId);
  if (object === undefined) return run.ledger.miss(target);
  const unmarked = needsMark(scope, object) ? [{ id: objectId, mark: CALLS[kind].mark }] : [];
  // guard: nothing of another tenant's catalogue is adopted
  if (isOthers(scope, object, tenantId)) return run.ledger.refuse(target, OTHERS);
  if (kind === "product") {
    for await (const prices of eachPage(run.open, "GET /v1/prices", { product: objectId })) {
      // guard: nothing is adopted whose price is another tenant's
      if (prices.some((price) => isOthers(scope, price, tenantId))) {
        return run.ledger.refuse(target, `One of its prices: ${OTHERS}`);
      }
      const wanted = prices.filter((price) => needsMark(scope, price));
      unmarked.push(...wanted.map(({ id }) => ({ id, mark: markPrice })));
    }
  }
  if (!run.dryRun) {
    for (const { id, mark } of unmarked) await mark(run.open(), id, tenantId);
    if (unmarked.length > 0) scope.audit("object_adopted", `adopt ${kind}`, tenantId);
  }
  run.ledger.add(unmarked.length > 0 ? "adopted" : "already");
}

const OTHERS = "It already carries another mark. Correct the mark in Stripe first.";

type Mark = (scope: OperatorScope, id: string, tenantId: string) => Promise<unknown>;

const markPrice: Mark = (scope, price, tenantId) =>
  scope.mark("POST /v1/prices/{price}", { price }, tenantId);

interface KindCalls {
  /** Undefined for what was deleted. */
  readonly read: (scope: OperatorScope, id: string) => Promise<OwnedByMetadata | undefined>;
  readonly mark: Mark;
}

const CALLS: Readonly<Record<CatalogKind, KindCalls>> = {
  product: {
    read: async (scope, product) => {
      const found = await scope.read("GET /v1/products/{product}", { product }, {});
      return found.deleted ? undefined : found;
    },
    mark: (scope, product, tenantId) => scope.mark("POST /v1/products/{product}", { product }, tenantId),
  },
  coupon: {
    read: (scope, coupon) => scope.read("GET /v1/coupons/{coupon}", { coupon }, {}),
    mark: (scope, coupon, tenantId) => scope.mark("POST /v1/coupons/{coupon}", { coupon }, tenantId),
  },
  promotion_code: {
    read: (scope, code) =>
      scope.read("GET /v1/promotion_codes/{promotion_code}", { promotion_code: code }, {}),
    mark: (scope, code, tenantId) =>
      scope.mark("POST /v1/promotion_codes/{promotion_code}", { promotion_code: code }, tenantId),
  },
};

function needsMark(scope: OperatorScope, object: Pick<OwnedByMetadata, "metadata">): boolean {
  return scope.catalogOwner(object).problem === "unmarked";
}

function isOthers(
  scope: OperatorScope,
  object: Pick<OwnedByMetadata, "metadata">,
  tenantId: string,
): boolean {
  return !needsMark(scope, object) && scope.catalogOwner(object).tenantId !== tenantId;
}
