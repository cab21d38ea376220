/**
 * Finds every Stripe object id in a request's parameters, at any depth.
 *
 * Finds them in two ways, to catch parameters that nobody thought of: by the names under which Stripe takes references,
 * whatever the value looks like (product and coupon ids may be any text), and by the form of an id, whatever its name.
 */
export function* namedIds(params: Readonly<Record<string, unknown>>): Generator<unknown> {
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined || FREE_TEXT.has(name)) continue;
    // guard: a reference is known by its name
    if (REFERENCES.has(name) && value !== "" && value !== null) yield value;
    // guard: a reference is known by its look
    else if (typeof value === "string" && looksLikeAnId(value)) yield value;
    // guard: references stand deeper as well
    else if (typeof value === "object" && value !== null) yield* namedIds({ ...value });
  }
}

/** Finds every id that a Stripe object refers to, by the names that hold references. */
export function* referencesIn(object: object): Generator<string> {
  for (const [name, value] of Object.entries(object)) {
    // guard (operand 2): only ids under a reference's name are lent
    if (typeof value === "string" && REFERENCES.has(name)) yield value;
    // guard (operand 3): an application's own fields lend no references
    else if (typeof value === "object" && value !== null && !FREE_TEXT.has(name)) yield* referencesIn(value);
  }
}

/** Tells if a string has the form of an object's id, of any kind. */
export function looksLikeAnId(text: string): boolean {
  return LOOKS_LIKE_AN_ID.test(text);
}

/** Parameters that hold text for people or the application's own data. Stripe never reads an id there. */
const FREE_TEXT = new Set([
  "address",
  "allowed_updates",
  "client_reference_id",
  "comment",
  "custom_message",
  "description",
  "event_name",
  "headline",
  "lookup_key",
  "metadata",
  "name",
  "nickname",
  "phone",
  // Of the kinds of tax id, Slovenia's "si_tin" and India's "in_gst" look like ids.
  "type",
  "unit_label",
]);

const REFERENCES = new Set([
  "account",
  "charge",
  "configuration",
  "coupon",
  "customer",
  "customer_account",
  "default_payment_method",
  "default_price",
  "default_source",
  "destination",
  "discount",
  "ending_before",
  "from_subscription",
  "id",
  "invoice",
  "on_behalf_of",
  "payment_intent",
  "payment_method",
  "payment_method_configuration",
  "plan",
  "price",
  "product",
  "promotion_code",
  "schedule",
  "source",
  "starting_after",
  "subscription",
  "subscription_item",
  "test_clock",
]);

const LOOKS_LIKE_AN_ID =
  /^(?:acct|ba|bpc|bps|card|ch|clock|cn|cs|cus|di|ent|evt|feat|file|ii|il|in|inpay|li|mtr|pi|plan|pm|pmc|price|prod|promo|qt|re|seti|si|src|sub|sub_sched|tax|txi|txr|we)_\w+$/;
