import { resolve } from "node:path";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import { TARGETS } from "./rows.js";
import type { TenantIds } from "./tenants.js";

/**
 * Every text that a caller can give a method, read from the service's types, is attacked by the matrix, or is known to be
 * what people write. So an option that takes an id cannot be forgotten, however deep it stands.
 */

/** What people write, by its name, and Stripe shows or counts: it is no reference to anything. */
const WRITTEN = new Set([
  "city",
  "comment",
  "country",
  "currency",
  "description",
  "email",
  "features",
  "headline",
  "images",
  "line1",
  "line2",
  "locale",
  "message",
  "name",
  "nickname",
  "phone",
  "postalCode",
  "preferredLocales",
  "privacyPolicyUrl",
  "state",
  "termsOfServiceUrl",
  "unitAmountDecimal",
  "unitLabel",
  "url",
]);

/** What is not attacked by the matrix, with the reason. */
const OTHERWISE: Readonly<Record<string, string>> = {
  "createCustomerPortalSession configuration": "one that the tenant may use; configuration-per-call.test.ts",
  "diagnosePortal configuration": "one that the tenant may use; configuration-per-call.test.ts",
  "createCustomerPortalSession onBehalfOf": "one of the accounts that the settings name; flows.test.ts",
  "deactivateUnusedPortalConfigurations inUse": "only hashed, to be told from what is there; never sent",
  "ensureCustomer reference": "the tenant's own name for it, looked for among the tenant's alone",
  "createCheckoutSession clientReferenceId":
    "kept with the session for the application alone; proves nothing here",
  "findPromotionCode code": "what a customer typed; only a code that the tenant may give is found by it",
  "createCheckoutSession paymentMethodTypes": "names of kinds, which Stripe knows, of no object",
  "createTaxId type": "one of Stripe's kinds, whose form is checked",
  "createTaxId value": "a number as an authority writes it; what has an underscore, as ids do, is refused",
  "fetchEventObject type": "one of a fixed list of kinds",
  "fetchEventObject id": "the id that its row's attacks are made with, as an event names it",
  "reportUsage eventName":
    "a meter's name, which counts for the customer that is proved, whoever made the meter",
  "reportUsage identifier":
    "kept behind the tenant's and the customer's name; its row gives all the same one",
  "reportUsage customerKey": "a key and no value; the gate looks at every value of a meter's payload",
  "reportUsage valueKey": "a key and no value; the gate looks at every value of a meter's payload",
  "createPrice lookupKey": "kept behind the tenant's name; its row gives every tenant the same one",
  "updateSubscription discounts[].discountId": "foreign-discounts.test.ts",
  "previewSubscriptionChange discounts[].discountId": "foreign-discounts.test.ts",
  "previewSubscriptionChange idempotencyKey": "handed back for the confirmation; a preview sends none of it",
  "ensurePortalConfiguration idempotencyKey": "taken for a retry; the hash of the specification is the key",
  "createCustomerPortalSession idempotencyKey": "kept behind the tenant's name, as every write's key",
  "deactivateUnusedPortalConfigurations idempotencyKey":
    "kept behind the tenant's name, as every write's key",
  "ensureCustomer idempotencyKey": "taken for a retry; the reference is the key",
};

let texts: Map<string, Set<string>>;

beforeAll(() => {
  texts = textsByMethod();
}, 120_000);

describe.each([...new Set(TARGETS.map(({ method }) => method))])("%s", (method) => {
  it("takes no text that is neither attacked nor known to be what people write", () => {
    const attacked = TARGETS.filter((target) => target.method === method).flatMap(attackedIn);
    const known = [...attacked, ...otherwiseIn(method)];
    const forgotten = [...(texts.get(method) ?? [])].filter(
      (path) => !known.some((place) => isWithin(place, path)) && !WRITTEN.has(nameIn(path)),
    );

    expect(forgotten).toEqual([]);
  });

  it("leaves nothing to others that it does not take, or attacks itself", () => {
    const attacked = TARGETS.filter((target) => target.method === method).flatMap(attackedIn);
    for (const place of otherwiseIn(method)) {
      expect([...(texts.get(method) ?? [])].some((path) => isWithin(place, path))).toBe(true);
      expect(attacked).not.toContain(place);
    }
  });
});

describe("what people write", () => {
  it("is never called an id", () => {
    expect([...WRITTEN].filter((name) => /ids?$/i.test(name))).toEqual([]);
  });
});

function otherwiseIn(method: string): string[] {
  return Object.keys(OTHERWISE).flatMap((key) =>
    key.startsWith(`${method} `) ? key.slice(method.length + 1) : [],
  );
}

function isWithin(place: string, path: string): boolean {
  return path === place || [".", "["].some((next) => path.startsWith(place + next));
}

function nameIn(path: string): string {
  return path.replaceAll("[]", "").split(".").at(-1) ?? "";
}

const MARKER = "the text that is put in a place";

/** The paths that the matrix attacks: whole options of a kind, and the places in the others. */
function attackedIn({ options, invoke }: (typeof TARGETS)[number]): string[] {
  const inOneObject = invoke === undefined ? [] : ["tenantId", "customerId"];
  const own = new Proxy({}, { get: (_, name) => `own ${String(name)}` }) as TenantIds; // as far as a place looks
  const places = Object.entries(options).flatMap(([option, held]) => {
    if (typeof held === "string") return held === "plain" ? [] : [option];
    return held.flatMap(({ put }) => pathsTo(MARKER, put(MARKER, own), option));
  });
  return [...inOneObject, ...places];
}

function pathsTo(marker: string, value: unknown, path: string): string[] {
  if (value === marker) return [path];
  if (Array.isArray(value)) return value.flatMap((part) => pathsTo(marker, part, `${path}[]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => pathsTo(marker, part, `${path}.${name}`));
}

const SERVICE = resolve(import.meta.dirname, "../../src/billing-service.ts");

/** Where texts stand in the options of each method, as "items[].priceId". */
function textsByMethod(): Map<string, Set<string>> {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(SERVICE, "../../tsconfig.json"), (path) => ts.sys.readFile(path)).config,
    ts.sys,
    resolve(SERVICE, "../.."),
  );
  const program = ts.createProgram([SERVICE], { ...options, noEmit: true });
  const checker = program.getTypeChecker();
  const found = new Map<string, Set<string>>();
  const source = program.getSourceFile(SERVICE);
  const service = source?.statements.find(
    (statement) => ts.isClassDeclaration(statement) && statement.name?.text === "StripeBillingService",
  );
  if (service === undefined || !ts.isClassDeclaration(service)) throw new Error("There is no service.");
  for (const member of service.members) {
    if (!ts.isMethodDeclaration(member)) continue;
    const paths = found.get(member.name.getText()) ?? new Set();
    found.set(member.name.getText(), paths);
    for (const parameter of member.parameters) {
      for (const path of textsIn(checker, checker.getTypeAtLocation(parameter), "")) paths.add(path);
    }
  }
  return found;
}

/** The callers' own: their texts are not options of ours. */
const NOT_LOOKED_INTO = new Set(["Date", "AbortSignal"]);

function* textsIn(checker: ts.TypeChecker, type: ts.Type, path: string): Generator<string> {
  if (type.isUnionOrIntersection()) {
    for (const part of type.types) yield* textsIn(checker, part, path);
  } else if ((type.flags & ts.TypeFlags.String) !== 0) {
    // The first argument itself is the object that a method is about.
    if (path !== "") yield path;
  } else if (checker.isArrayType(type)) {
    for (const member of checker.getTypeArguments(type as ts.TypeReference)) {
      yield* textsIn(checker, member, `${path}[]`);
    }
  } else if ((type.flags & ts.TypeFlags.Object) !== 0 && !NOT_LOOKED_INTO.has(type.symbol?.name ?? "")) {
    const inside = path === "" ? "" : `${path}.`;
    for (const { keyType, type: value } of checker.getIndexInfosOfType(type)) {
      yield* textsIn(checker, value, `${inside}{${checker.typeToString(keyType)}}`);
    }
    for (const property of checker.getPropertiesOfType(type)) {
      yield* textsIn(checker, checker.getTypeOfSymbol(property), `${inside}${property.name}`);
    }
  }
}
