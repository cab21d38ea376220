// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code, templates included.
/**
 * The code that a tag with `table` puts in a guard's place: for what no operator expresses. Most stand in for the proof of
 * an object with what an unproved one would be.
 *
 * @type {Readonly<Record<string, string>>}
 */
export const REPLACEMENTS = {
  // selling
  "a price to sell is one that the tenant sees":
    '[...new Set(priceIds)].map((id) => ({ id, active: true, product: { id: "prod_1", active: true } }))',
  // scope
  "a customer is not deleted": "!customer.deleted && !(await this.#owned.owns(customer))",
  "only the tenant's own portal configuration is its to change":
    'this.#access(configuration) !== "none" || tenantId === SHARED',
  // capabilities
  "a page is its tenant's": "[...this.#shelves.values()].find(({ pages }) => pages.has(toKey(name)))",
  "a product to read is one that the tenant sees":
    "{ id: productId, metadata: {}, default_price: null, images: [], marketing_features: [] }",
  "Checkout sells only prices that the tenant may sell":
    'new Map(lines.map(({ priceId }) => [priceId, { recurring: wanted.mode === "payment" ? null : {}, product: "" }]))',
  "Checkout gives a discount that the tenant may give":
    "discount && { coupon: discount.couponId, promotion_code: discount.promotionCodeId }",
  "a session to read is of one of the tenant's customers":
    'toCheckoutSession((await scope.list("GET /v1/checkout/sessions", {})).data.find((one) => one.id === id), scope)',
  "a customer to read is the tenant's":
    "customerView(scope, { id: customerId, metadata: {}, address: null, preferred_locales: [] })",
  "an invoice to read is of one of the tenant's customers":
    '(await scope.list("GET /v1/invoices", {})).data[0]',
  "a coupon to read is the tenant's or shared": "toCoupon({ id: couponId, metadata: {}, created: 0 }, scope)",
  "a promotion code to read is the tenant's or shared":
    "toPromotionCode({ id: codeId, metadata: {}, restrictions: {}, created: 0 }, scope)",
  "an invoice to pay is of one of the tenant's customers":
    '{ id: invoiceId, status: "open", customer: "cus_1" }',
  "an invoice to void is of one of the tenant's customers":
    '{ id: invoiceId, status: "open", customer: "cus_1" }',
  "a tax id to delete is of one of the tenant's customers": "{ customer: null }",
  "a charge to refund is of one of the tenant's customers": "{ id: paidBy.id, amount_captured: 1000000 }",
  "a refund to read is of a charge of one of the tenant's customers":
    "toRefund({ id: refundId, metadata: {}, created: 0 }, scope)",
  "refunds are listed of a charge of one of the tenant's customers": "paidBy",
  "a payment method is proved before it is detached": '{ id: paymentMethodId, customer: { id: "cus_1" } }',
  "a payment method is proved before it becomes the default":
    '{ id: paymentMethodId, customer: { id: "cus_1", invoice_settings: {} } }',
  "a discount to confirm is one that the tenant may give":
    "discount && { discounts: [{ coupon: discount.couponId, promotion_code: discount.promotionCodeId }] }",
  "a price to offer is one that the tenant may sell":
    "await readOfferedPrices(scope, products, async (id) => ({ id, active: true, recurring: {}, product: { id: products[0].productId, active: true } }))",
  "a new subscription has only prices that the tenant may sell":
    'new Map(wanted.items.map(({ priceId }) => [priceId, { product: "" }]))',
  "a new subscription begins discounts that the tenant may give":
    'discounts.length === 0 ? "" : discounts.map((one) => ({ coupon: one.couponId, promotion_code: one.promotionCodeId }))',
  "a discount to begin is one that the tenant may give":
    "{ coupon: discount.couponId, promotion_code: discount.promotionCodeId }",
  "an item to change is the subscription's own":
    "{ id: reference, price: { id: reference }, quantity: 1, ...current.find(({ id }) => id === reference) }",
  "a change begins discounts that the tenant may give":
    'discounts && (discounts.length === 0 ? "" : discounts.map((one) => ({ coupon: one.couponId, promotion_code: one.promotionCodeId, discount: one.discountId })))',
  // strategies
  "a mark against the directory is a conflict": 'linked === undefined && linkable ? "unlinked" : "none"',
  "a customer's tenant is that of its row":
    "await pool.query(`SELECT tenant_id FROM ${table} WHERE customer_id <> $1 || '!'`, [customerId])",
  "a tenant's customers are its own":
    "`SELECT customer_id FROM ${table} WHERE tenant_id <> $1 || '!' ORDER BY customer_id`",
  "a customer's row is not taken over":
    "`INSERT INTO ${table} (customer_id, tenant_id) VALUES ($1, $2) ON CONFLICT (customer_id) DO UPDATE SET tenant_id = EXCLUDED.tenant_id`",
  // webhooks
  "a customer's event is its own": "{ ...readCustomer(now, before), ...readMark(now) }",
  "only metadata of an object of its own authority decides the owner":
    "{ ...readCustomer(now, before), ...readMark(now) }",
  // input
  "options are copied before they are checked":
    "result.success ? { value: input } : { mistakes: result.error.issues.map(toSentence) }",
};
