import type Stripe from "stripe";
import * as z from "zod/mini";
import { callFields, checkInput, onFirstUse, optionsObject } from "../../input.js";
import { notify } from "../../notify.js";
import type { CallOptions } from "../../stripe/deadline.js";
import { readMark } from "../../tenancy/metadata-mark.js";
import { rateField } from "../adoption/adopt.js";
import { eachPage, type OpenScope } from "../each-page.js";
import { describeProblem } from "../owner-problem.js";
import { type AuditedKind, Findings, type MarksReport } from "./findings.js";

/** Options of `auditMarks`. `timeoutMs` limits each request here, not the whole call. */
export interface AuditMarksOptions extends CallOptions {
  /** Tells if the application knows a tenant. Default: every well-formed mark counts as a known tenant's. */
  readonly isTenant?: ((tenantId: string) => boolean | Promise<boolean>) | undefined;
  /** The most findings that the report lists, 1 to 1,000,000; it counts all of them. Default: 1000. */
  readonly most?: number | undefined;
  /** The most requests to send in a second, 1 to 1000. Default: 20. */
  readonly requestsPerSecond?: number | undefined;
  /** Called after each page with the findings so far. Not awaited. */
  readonly onProgress?: ((report: MarksReport) => unknown) | undefined;
}

const MOST = "most must be a whole number from 1 to 1000000.";

const auditOptions = onFirstUse(() =>
  optionsObject({
    ...callFields(),
    isTenant: functionField<NonNullable<AuditMarksOptions["isTenant"]>>("isTenant"),
    most: z.optional(z.int(MOST).check(z.gte(1, MOST), z.lte(1_000_000, MOST))),
    requestsPerSecond: rateField(),
    onProgress: functionField<NonNullable<AuditMarksOptions["onProgress"]>>("onProgress"),
  }),
);

function functionField<T>(name: string): z.ZodMiniOptional<z.ZodMiniCustom<T, T>> {
  return z.optional(z.custom<T>((value) => typeof value === "function", `${name} must be a function.`));
}

/** The options after their check. */
export interface AuditSettings extends Pick<AuditMarksOptions, "isTenant" | "onProgress"> {
  readonly most: number;
  readonly requestsPerSecond: number;
}

export function parseAuditOptions(options: AuditMarksOptions): AuditSettings {
  const { most = 1_000, requestsPerSecond = 20, isTenant, onProgress } = checkInput(auditOptions, options);
  return { most, requestsPerSecond, isTenant, onProgress };
}

/** Looks at every object that says whose it is. */
export async function auditMarks(open: OpenScope, settings: AuditSettings): Promise<MarksReport> {
  const findings = new Findings(settings.most);
  const tell = () => notify(settings.onProgress, findings.toReport(), "onProgress");
  const audit: Audit = { open, findings, tell, isKnown: rememberAnswers(settings.isTenant) };
  await auditCustomers(audit);
  await auditCatalog(audit, "product", "GET /v1/products");
  await auditPrices(audit);
  await auditCatalog(audit, "coupon", "GET /v1/coupons");
  await auditCatalog(audit, "promotion_code", "GET /v1/promotion_codes");
  await auditSubscriptions(audit);
  return findings.toReport();
}

interface Audit {
  readonly open: OpenScope;
  readonly findings: Findings;
  readonly tell: () => void;
  readonly isKnown: (tenantId: string) => Promise<boolean>;
}

async function auditCustomers(audit: Audit): Promise<void> {
  const { open, findings, tell } = audit;
  const newest = new Map<string, string>();
  for await (const page of eachPage(open, "GET /v1/customers")) {
    findings.look("customer", page.length);
    for (const customer of page) {
      const scope = open();
      const owner = await scope.customerOwner(customer);
      if (owner.problem !== null) {
        findings.add("customer", customer.id, owner.problem, describeProblem(owner.problem, scope.markKey));
        continue;
      }
      await judgeTenant(audit, "customer", customer.id, owner.tenantId);
      const reference = scope.referenceOf(customer);
      if (reference === undefined) continue;
      // Lists have the newest first, so what was seen before is the newer of the two.
      const name = `${owner.tenantId} ${reference}`;
      const newer = newest.get(name);
      if (newer !== undefined) {
        const fact = `${customer.id}, which is older, has the same reference for the same tenant.`;
        findings.add("customer", newer, "duplicate_reference", fact);
      }
      newest.set(name, customer.id);
    }
    tell();
  }
}

async function auditCatalog(
  audit: Audit,
  kind: "product" | "coupon" | "promotion_code",
  call: "GET /v1/products" | "GET /v1/coupons" | "GET /v1/promotion_codes",
): Promise<void> {
  for await (const page of eachPage(audit.open, call)) {
    audit.findings.look(kind, page.length);
    for (const object of page) {
      const scope = audit.open();
      const owner = scope.catalogOwner(object);
      if (owner.problem === null) await judgeTenant(audit, kind, object.id, owner.tenantId);
      else audit.findings.add(kind, object.id, owner.problem, describeProblem(owner.problem, scope.markKey));
    }
    audit.tell();
  }
}

/** A price is its product's; its own mark is what lists of many products find it by. */
async function auditPrices({ open, findings, tell }: Audit): Promise<void> {
  for await (const page of eachPage(open, "GET /v1/prices", { expand: ["data.product"] })) {
    findings.look("price", page.length);
    for (const price of page) {
      const scope = open();
      const owner =
        typeof price.product === "object" && !price.product.deleted
          ? scope.catalogOwner(price.product)
          : null;
      if (owner === null || owner.tenantId === null) continue;
      const mark = readMark(price, scope.markKey);
      if (mark === undefined) {
        const fact = `It has no metadata.${scope.markKey}, though its product has: lists of many products may miss it.`;
        findings.add("price", price.id, "unmarked", fact);
      } else if (mark !== owner.tenantId) {
        findings.add(
          "price",
          price.id,
          "foreign_mark",
          `Its mark differs from that of its product, ${productId(price)}.`,
        );
      }
    }
    tell();
  }
}

async function auditSubscriptions({ open, findings, tell }: Audit): Promise<void> {
  const params = { status: "all", expand: ["data.customer"] } as const;
  for await (const page of eachPage(open, "GET /v1/subscriptions", {
    ...params,
    expand: [...params.expand],
  })) {
    findings.look("subscription", page.length);
    for (const { id, metadata, customer } of page) {
      const scope = open();
      const mark = readMark({ metadata }, scope.markKey);
      if (mark === undefined || typeof customer === "string" || customer.deleted) continue;
      const { tenantId } = await scope.customerOwner(customer);
      if (tenantId !== null && tenantId !== mark) {
        findings.add(
          "subscription",
          id,
          "foreign_mark",
          `Its mark differs from that of its customer, ${customer.id}.`,
        );
      }
    }
    tell();
  }
}

async function judgeTenant(
  { findings, isKnown }: Audit,
  kind: AuditedKind,
  objectId: string,
  tenantId: string,
): Promise<void> {
  if (tenantId === "*" || (await isKnown(tenantId))) return;
  findings.add(kind, objectId, "unknown_tenant", `Its tenant, ${tenantId}, is unknown to the application.`);
}

/** Asks the application once for each tenant. */
function rememberAnswers(isTenant: AuditSettings["isTenant"]): (tenantId: string) => Promise<boolean> {
  const known = new Map<string, Promise<boolean>>();
  return (tenantId) => {
    const answer = known.get(tenantId) ?? Promise.resolve(isTenant === undefined || isTenant(tenantId));
    known.set(tenantId, answer);
    return answer;
  };
}

function productId({ product }: Stripe.Price): string {
  return typeof product === "string" ? product : product.id;
}
