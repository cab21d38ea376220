// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are source code, templates included.
/**
 * Every guard that keeps tenants apart: where it stands, the text to take away, and what to put in its place.
 * `mutate-guards.mjs` removes them one by one; a test keeps the texts up to date.
 */

/** @typedef {import("./guards.d.mts").Guard} Guard */

/** @type {readonly Guard[]} */
const ADMISSION = [
  {
    file: "tenant-binding.ts",
    guard: "a bound service is not bound to another tenant",
    remove: "if (parseTenantId(tenantId) !== (this.#tenantId ?? tenantId)) {",
    put: "if (parseTenantId(tenantId) === undefined) {",
  },
  {
    file: "tenant-binding.ts",
    guard: "a call needs a bound tenant",
    remove: "if (this.#tenantId !== undefined) return this.#tenantId;\n",
    put: 'if (this.#tenantId !== "unbound") return this.#tenantId ?? "unbound";\n',
  },
  {
    file: "tenant-binding.ts",
    guard: "what all tenants share is not a bound service's to change",
    remove: 'if (this.#tenantId !== undefined) {\n      throw new TenantContextError(\n        "What all',
    put: 'if (this.#tenantId === "nobody") {\n      throw new TenantContextError(\n        "What all',
  },
  {
    file: "tenancy/tenant-id.ts",
    guard: "a tenant id is a text of the allowed form",
    remove: 'return typeof value === "string" && TENANT_ID.test(value);',
    put: "return value !== undefined;",
  },
  {
    file: "tenancy/tenant-id.ts",
    guard: "a tenant id is a text",
    remove: 'typeof value === "string" && TENANT_ID.test(value)',
    put: "TENANT_ID.test(String(value))",
  },
  {
    file: "tenancy/tenant-id.ts",
    guard: "a tenant id has an end",
    remove: "[A-Za-z0-9_.:-]{0,254}$/",
    put: "[A-Za-z0-9_.:-]{0,254}/",
  },
  {
    file: "tenancy/tenant-id.ts",
    guard: "a tenant id begins with a letter or digit",
    remove: "/^[A-Za-z0-9][A-Za-z0-9_.:-]{0,254}$/",
    put: "/^[A-Za-z0-9_.:*-]{0,255}$/",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a scope is admitted with a well-formed tenant",
    remove: "const tenantId = parseTenantId(admission.tenantId);",
    put: "const { tenantId } = admission;",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a scope is made by admission alone",
    remove: "if (admitted !== ADMITTED) throw",
    put: "if (admitted === undefined) throw",
  },
];

/** @type {readonly Guard[]} */
const FIRST_WALL = [
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a customer id is checked before it is used",
    remove: 'if (given !== undefined) return parseObjectId("customer", given);',
    put: "if (given !== undefined) return given as string;",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a customer left out is the only one",
    remove: "if (customerId !== undefined && others.length === 0)",
    put: "if (customerId !== undefined && others.length >= 0)",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a customer is the tenant's",
    remove: "if (customer.deleted || !(await this.#owns(customer))) throw notFound();",
    put: "if (customer.deleted) throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a customer is not deleted",
    remove: "if (customer.deleted || !(await this.#owns(customer))) throw notFound();\n    return customer;",
    put: "if (!customer.deleted && !(await this.#owns(customer))) throw notFound();\n    return customer as Stripe.Customer;",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a subscription's customer is the tenant's",
    remove: "if (!(await this.#owns(customer))) throw notFound();\n    this.#keep(subscription.id",
    put: "this.#keep(subscription.id",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a coupon is the tenant's or shared",
    remove: "if (!this.#sees(coupon)) throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a promotion code is the tenant's or shared",
    remove: "if (!this.#sees(code) || (customer",
    put: "if ((customer",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a promotion code's customer is the tenant's",
    remove: " || (customer !== null && !(await this.#owns(customer)))) throw notFound();\n    return code;",
    put: ") throw notFound();\n    void customer;\n    return code;",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a payment method's customer is the tenant's",
    remove: ' || typeof customer === "string" || !(await this.#owns(customer))) throw notFound();',
    put: ") throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "an invoice's customer is the tenant's",
    remove:
      "if (customer === null || !(await this.#owns(customer))) throw notFound();\n    this.#keep(invoice",
    put: "if (customer === null) throw notFound();\n    this.#keep(invoice",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "an invoice is one of the customer's",
    remove: "if (this.#proved.get(invoiceId) !== customerId) throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a payment method is one of the customer's",
    remove: "if (this.#proved.get(paymentMethodId) !== customerId) throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a payment method is attached to a customer",
    remove: 'if (customer === null || typeof customer === "string" || !',
    put: 'if (customer !== null && typeof customer !== "string" && !',
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a customer is proved before it is used",
    remove: "if (!this.#recalls(customerId)) await this.customer(customerId);",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a subscription is proved before it is used",
    remove: "if (!this.#recalls(subscriptionId)) await this.subscription(subscriptionId);",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a subscription is the named customer's",
    remove: "if (this.#proved.get(subscriptionId) !== customerId) throw notFound();",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a deleted customer is nobody's",
    remove:
      'if (customer.deleted || (await this.race(tenancy.customerAccess(tenantId, customer))) !== "own")',
    put: 'if ((await this.race(tenancy.customerAccess(tenantId, customer as Stripe.Customer))) !== "own")',
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "the tenancy says whose a customer is",
    remove:
      'if (customer.deleted || (await this.race(tenancy.customerAccess(tenantId, customer))) !== "own")',
    put: "if (customer.deleted)",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a listed object is remembered with a proved customer alone",
    remove: "if (this.#recalls(customerId)) this.#keep(object.id, customerId);",
    put: "this.#keep(object.id, customerId);",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "the tenancy's keys are kept from callers",
    remove: "return [...this.#options.tenancy.reservedMetadata, REFERENCE_KEY, CHECKOUT_KEY];",
    put: "return [REFERENCE_KEY, CHECKOUT_KEY];",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "the package's own keys are kept from callers",
    remove: "return [...this.#options.tenancy.reservedMetadata, REFERENCE_KEY, CHECKOUT_KEY];",
    put: "return this.#options.tenancy.reservedMetadata;",
  },
  {
    file: "tenancy/tenant-scope.ts",
    guard: "a Checkout session is of one of the tenant's customers",
    remove:
      "const { customer } = session;\n    if (customer === null || !(await this.#owns(customer))) throw notFound();",
    put: "const { customer } = session;\n    if (customer === null) throw notFound();",
  },
  {
    file: "stripe/calls.ts",
    guard: "a Checkout session is for a customer of the tenant's",
    remove: '"POST /v1/checkout/sessions": { mark: "create", within: "customer" },',
    put: '"POST /v1/checkout/sessions": { mark: "create" },',
  },
  {
    file: "tenancy/marked-params.ts",
    guard: "what Checkout makes is marked as well",
    remove: '"subscription_data",\n',
  },
  {
    file: "tenancy/for-sale.ts",
    guard: "what is archived is not sold",
    remove: "if (!onSale)",
    put: "if (onSale === undefined)",
  },
  {
    file: "tenancy/new-discount.ts",
    guard: "a coupon is the tenant's or shared",
    remove: "await scope.coupon(discount.couponId);\n",
  },
  {
    file: "tenancy/new-discount.ts",
    guard: "a promotion code of one customer is for that one",
    remove:
      'if (customer !== null && (typeof customer === "string" ? customer : customer.id) !== customerId) {',
    put: "if (customer === undefined) {",
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a product is one that the tenant sees",
    remove: "if (product.deleted || !this.#sees(product)) throw notFound();\n    return product;",
    put: "if (product.deleted) throw notFound();\n    return product;",
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a shared product is not the tenant's to change",
    remove: "if (this.shares(product)) throw notFound();",
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a price's product is one that the tenant sees",
    remove: 'if (typeof product === "string" || product.deleted || !this.#sees(product)) throw notFound();',
    put: 'if (typeof product === "string" || product.deleted) throw notFound();',
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a shared product's price is not the tenant's to change",
    remove: "if (this.shares(owned.product)) throw notFound();",
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a search's cursor is no id",
    remove: "if (after !== undefined && looksLikeAnId(after)) throw noCursor();",
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "a product list's cursor is a product's id",
    remove: 'if (after !== undefined && !isObjectId("product", after)) throw noCursor();',
  },
  {
    file: "tenancy/scoped-catalog.ts",
    guard: "found products are ones that the tenant sees",
    remove: "hits.filter((product) => this.#sees(product))",
    put: "hits",
  },
  {
    file: "tenancy/scoped-configurations.ts",
    guard: "a portal configuration is one that the tenant may use",
    remove: "if (!this.#mayUse(configuration)) throw notFound();",
  },
  {
    file: "tenancy/scoped-configurations.ts",
    guard: "listed portal configurations are ones that the tenant may use",
    remove: "page.filter((configuration) => this.#mayUse(configuration))",
    put: "page",
  },
  {
    file: "tenancy/scoped-configurations.ts",
    guard: "a portal configuration's mark says whose it is",
    remove: 'return this.#access(configuration) !== "none";',
    put: "return true;",
  },
  {
    file: "tenancy/scoped-configurations.ts",
    guard: "only the tenant's own portal configuration is its to change",
    remove: 'return this.#access(configuration) === (tenantId === SHARED ? "shared" : "own");',
    put: 'return this.#access(configuration) !== "none" || tenantId === SHARED;',
  },
  {
    file: "capabilities/portal/flow.ts",
    guard: "a change to confirm is of the named customer",
    remove: 'if ((typeof customer === "string" ? customer : customer.id) !== customerId) throw notFound();',
  },
  {
    file: "capabilities/portal/flow.ts",
    guard: "an item to confirm is of the subscription",
    remove: "if (itemId !== undefined && !items.some(({ id }) => id === itemId)) throw notFound();",
  },
  {
    file: "capabilities/portal/flow.ts",
    guard: "a price to confirm is one that the tenant may sell",
    remove: "const price = await scope.price(priceId);\n",
    put: 'const price = { active: priceId !== "" };\n',
  },
  {
    file: "capabilities/portal/flow.ts",
    guard: "a coupon to stay is one that the tenant may give",
    remove: "await scope.coupon(coupon);",
  },
  {
    file: "capabilities/portal/session.ts",
    guard: "a return URL is on the tenant's origins",
    remove: "returnUrl === undefined ? undefined : allowReturnUrl(returnUrl, portal.policy)",
    put: "returnUrl === undefined || !allowReturnUrl ? undefined : (returnUrl as string)",
  },
  {
    file: "capabilities/portal/session.ts",
    guard: "a portal is opened for a proved customer",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/subscriptions/read.ts",
    guard: "subscriptions are listed for a proved customer",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/subscriptions/read.ts",
    guard: "a cursor is a subscription of the tenant's",
    remove: "await assertCursor(scope.proveSubscription(cursor));",
    put: "void assertCursor;",
  },
  {
    file: "tenancy/page-cursor.ts",
    guard: "a cursor is awaited to be proved",
    remove: "await proof;",
    put: "proof.catch(() => undefined);",
  },
  {
    file: "capabilities/invoices/read.ts",
    guard: "invoices are listed for a proved customer",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/invoices/read.ts",
    guard: "invoices are listed of a subscription of the customer's",
    remove: "await scope.proveSubscriptionOf(customerId, subscription);",
    put: "void subscription;",
  },
  {
    file: "capabilities/invoices/read.ts",
    guard: "a cursor is an invoice of the customer's",
    remove: "await assertCursor(scope.proveInvoiceOf(customerId, cursor));",
    put: "void assertCursor;",
  },
  {
    file: "capabilities/invoices/upcoming.ts",
    guard: "an upcoming invoice is previewed for a proved customer",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/invoices/upcoming.ts",
    guard: "an upcoming invoice is previewed of a subscription of the customer's",
    remove: "await scope.proveSubscriptionOf(customerId, subscription);",
    put: "void subscription;",
  },
  {
    file: "capabilities/payment-methods/list.ts",
    guard: "payment methods are listed for a proved customer",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/payment-methods/list.ts",
    guard: "a cursor is a payment method of the customer's",
    remove: "await assertCursor(scope.provePaymentMethodOf(customerId, cursor));",
    put: "void assertCursor;",
  },
  {
    file: "capabilities/payment-methods/set-default.ts",
    guard: "a payment method becomes the default of a subscription of its own customer",
    remove: "await scope.proveSubscriptionOf(customer.id, subscription);",
  },
  {
    file: "capabilities/subscriptions/cancel.ts",
    guard: "a subscription is proved before it is canceled",
    remove: "await scope.proveSubscription(subscriptionId);",
  },
  {
    file: "capabilities/entitlements/entitlements.ts",
    guard: "a customer is proved before its entitlements are listed",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/usage/report-usage.ts",
    guard: "a customer is proved before its usage is reported",
    remove: "await scope.proveCustomer(customerId);",
  },
  {
    file: "capabilities/usage/report-usage.ts",
    guard: "no tenant can take an identifier from another",
    remove: 'scopedName([scope.account ?? "", scope.tenantId, customerId, eventName, identifier]);',
    put: "scopedName([identifier]);",
  },
];

/** @type {readonly Guard[]} */
const SECOND_WALL = [
  {
    file: "tenancy/answer-check.ts",
    guard: "a payment method without a customer was the tenant's",
    remove: 'return typeof object.id === "string" && this.#proofs.accessTo(object.id) === "own";',
    put: "return true;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "what is read is the tenant's",
    remove: "if (await this.#answers.admits(answer, call)) return answer as Answer<C>;",
    put: "if ((await this.#answers.admits(answer, call)) || true) return answer as Answer<C>;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a list names only what was proved",
    remove: "this.#assertNamesOnlyProved(call, params);\n    if (!this.#isScoped",
    put: "if (!this.#isScoped",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a list is kept to the tenant's",
    remove: "if (!this.#isScoped(CALLS[call], { ...params, ...ids })) throw this.#breach(call);",
    put: "void this.#isScoped;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "the id in a list's path cannot be hidden behind a parameter",
    remove: "{ ...params, ...ids }",
    put: "{ ...ids, ...params }",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a list holds nothing of others",
    remove: "return this.#admitted(call, await this.#send(request, params));",
    put: "return (await this.#send(request, params)) as Answer<C>;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a search names only what was proved",
    remove:
      "this.#assertNamesOnlyProved(call, params);\n    const answer = await this.#send(request, { ...params, query });",
    put: "const answer = await this.#send(request, { ...params, query });",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a hit is the tenant's",
    remove: "if (await this.#answers.admits(hit, call)) hits.push(hit as Hit<C>);",
    put: "if ((await this.#answers.admits(hit, call)) || true) hits.push(hit as Hit<C>);",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a sifted list names only what was proved",
    remove: "this.#assertNamesOnlyProved(call, params);\n    for (let cursor",
    put: "for (let cursor",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a sifted list holds nothing of others",
    remove: "if (await this.#answers.admits(hit, call)) hits.push(hit as SiftHit<C>);",
    put: "if ((await this.#answers.admits(hit, call)) || true) hits.push(hit as SiftHit<C>);",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write is to something of the tenant's",
    remove:
      'if (typeof id !== "string" || this.#proofs.accessTo(id) !== "own") throw this.#breach(call);\n    }\n    this.#assert',
    put: 'if (typeof id !== "string") throw this.#breach(call);\n    }\n    this.#assert',
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write is to nothing that is shared",
    remove:
      'if (typeof id !== "string" || this.#proofs.accessTo(id) !== "own") throw this.#breach(call);\n    }\n    this.#assert',
    put: 'if (typeof id !== "string" || !this.#proofs.accessTo(id)) throw this.#breach(call);\n    }\n    this.#assert',
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write names only what was proved",
    remove: "this.#assertNamesOnlyProved(call, params);\n    const { account, tenancy }",
    put: "const { account, tenancy }",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write forges no mark",
    remove: "if (marked === undefined || !this.#changesOnlyOwn(call, params)) throw this.#breach(call);",
    put: "if (!this.#changesOnlyOwn(call, params)) throw this.#breach(call);",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write adds to nothing of others and takes no name of theirs",
    remove: "if (marked === undefined || !this.#changesOnlyOwn(call, params)) throw this.#breach(call);",
    put: "if (marked === undefined) throw this.#breach(call);\n    void this.#changesOnlyOwn;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a write answers with the tenant's",
    remove: "return await this.#admitted(call, answer);",
    put: "return answer as Answer<C>;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "what is made is shared only where it is of nothing else",
    remove: "return isShared ? SHARED : this.#options.tenantId;",
    put: "return isShared || SHARED;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "tenants that make something shared share no idempotency key",
    remove: "isEveryones ? `${named} ${JSON.stringify(marked)}` : named;",
    put: "isEveryones ? named : named;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "something is made within the tenant's own",
    remove:
      'if (within !== undefined && (typeof owner !== "string" || this.#proofs.accessTo(owner) !== "own"))\n      return false;',
  },
  {
    file: "tenancy/gate.ts",
    guard: "no codes are typed in an account that tenants share",
    remove: "if (letsTypeCodes(params) && !areCodesForAll(account, promotionCodes)) return false;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a lookup key is the tenant's to give",
    remove: "return isLookupKeyOf(tenantId, account, lookupKey) || this.#proofs.ownsLookupKey(lookupKey);",
    put: 'return isLookupKeyOf(tenantId, account, lookupKey) || lookupKey !== "";',
  },
  {
    file: "tenancy/gate.ts",
    guard: "every id that a request names was proved",
    remove:
      'if (typeof id !== "string" || this.#proofs.accessTo(id) === undefined) throw this.#breach(call);\n    }\n  }',
    put: 'if (typeof id !== "string") throw this.#breach(call);\n    }\n  }',
  },
  {
    file: "tenancy/gate.ts",
    guard: "everything in an answer is the tenant's",
    remove: "if (!(await this.#answers.admits(object, call))) throw this.#breach(call);",
    put: "await this.#answers.admits(object, call);",
  },
  {
    file: "tenancy/gate.ts",
    guard: "a list that tells no owners is of the tenant's own",
    remove: 'return holds === undefined ? access !== undefined : access === "own";',
    put: "return holds === undefined || access !== undefined;",
  },
  {
    file: "tenancy/gate.ts",
    guard: "usage is of one customer that is the tenant's",
    remove:
      "if (customerIn !== undefined && !isUsageOf(given.get(customerIn), (id) => this.#owns(id))) return false;",
    put: "void [customerIn, isUsageOf, this.#owns];",
  },
  {
    file: "tenancy/meter-payload.ts",
    guard: "usage names nobody under a second key",
    remove: "others.length === 0 &&\n",
    put: "others !== undefined &&\n",
  },
  {
    file: "tenancy/meter-payload.ts",
    guard: "usage names a customer",
    remove: 'isObjectId("customer", customerId) &&',
    put: "isObjectId !== undefined &&",
  },
  {
    file: "tenancy/meter-payload.ts",
    guard: "usage is of a proved customer",
    remove: "owns(customerId)\n",
    put: "owns !== undefined\n",
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answered meter event is of the tenant's customer",
    remove:
      'if (isTop && object.object === "billing.meter_event") return this.#namesOnlyOwn(object.payload);',
    put: 'if (isTop && object.object === "billing.meter_event") return this.#namesOnlyOwn !== undefined;',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answer is of the service's mode",
    remove:
      'if (mode !== undefined && typeof top.livemode === "boolean" && top.livemode !== (mode === "live")) {',
    put: 'if (mode !== undefined && top.livemode === "other") {',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "every customer in an answer is the tenant's",
    remove: 'if (object.object === "customer" && !(await this.#ownsCustomer(object, call))) return false;',
    put: 'if (object.object === "customer") await this.#ownsCustomer(object, call);',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "every object in an answer is the tenant's",
    remove: "if (!objects.every((object) => this.#belongs(object, object === top, isHeld))) return false;",
    put: "objects.every((object) => this.#belongs(object, object === top, isHeld));",
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "a deleted customer was the tenant's",
    remove: 'if (customer.deleted === true) return this.#proofs.accessTo(id) === "own";',
    put: "if (customer.deleted === true) return true;",
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "the tenancy says whose an answered customer is",
    remove: 'if (access !== "own") return false;\n    this.#proofs.add(id, "own");',
    put: 'this.#proofs.add(id, "own");',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "a conflict of authorities is audited",
    remove: 'if (access === "conflict" || access === "unlinked") this.#audit("ownership_conflict", call);',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answered product is one that the tenant sees",
    remove: 'if (object.object === "product") return this.#productAccess(object) !== "none";',
    put: 'if (object.object === "product") return true;',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answered price is of a product that the tenant sees",
    remove: 'if (object.object === "price" && isTop) return this.#catalogAccess(object) !== undefined;',
    put: 'if (object.object === "price" && isTop) return true;',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answered coupon, code or configuration is marked for the tenant",
    remove: 'if (isTop && MARKED.has(object.object) && this.#markedAccess(object) === "none") return false;',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answered object's customer is the tenant's",
    remove: 'return this.#proofs.accessTo(idOf(object.customer)) === "own";\n    // A meter',
    put: "return true;\n    // A meter",
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an answer whose owner cannot be told is nobody's",
    remove: "return !isTop || isHeld;",
    put: "return true;",
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "a shared product is its operator's alone to change",
    remove: 'return access === "shared" && tenantId === SHARED ? "own" : access;',
    put: 'return access === "shared" && tenantId !== "" ? "own" : access;',
  },
  {
    file: "tenancy/answer-check.ts",
    guard: "an unmarked portal configuration is the default or a given one",
    remove: 'return isGiven || object.is_default === true ? "shared" : "none";',
    put: 'return isGiven || object.id ? "shared" : "none";',
  },
  {
    file: "tenancy/proofs.ts",
    guard: "what the settings name is not the tenant's to change",
    remove: 'for (const id of options.trusted) this.#proved.set(id, "shared");',
    put: 'for (const id of options.trusted) this.#proved.set(id, "own");',
  },
  {
    file: "tenancy/proofs.ts",
    guard: "what a subscription refers to is not the tenant's to change",
    remove: 'if (!this.#proved.has(reference)) this.#proved.set(reference, "shared");',
    put: 'this.#proved.set(reference, "own");',
  },
  {
    file: "tenancy/request-target.ts",
    guard: "only calls of the table are sent",
    remove: 'Object.hasOwn(CALLS, call) ? call.split(" ") : [];',
    put: 'call.split(" ");',
  },
  {
    file: "tenancy/request-target.ts",
    guard: "an id in a path is well-formed",
    remove: 'if (typeof id !== "string" || !/^[\\w-]+$/.test(id))',
    put: 'if (typeof id !== "string")',
  },
  {
    file: "tenancy/gate.ts",
    guard: "what is foreign is audited",
    remove: 'this.#audit("foreign_object", call);',
  },
  {
    file: "tenancy/gate.ts",
    guard: "foreign hits are counted",
    remove:
      'if (hits.length < found.length) this.#audit("foreign_search_hit", call, found.length - hits.length);',
  },
  {
    file: "tenancy/gate.ts",
    guard: "a breach is audited",
    remove: 'this.#audit("isolation_breach", call);',
  },
  {
    file: "tenancy/named-ids.ts",
    guard: "a reference is known by its name",
    remove: 'if (REFERENCES.has(name) && value !== "" && value !== null) yield value;\n    else if',
    put: "if",
  },
  {
    file: "tenancy/named-ids.ts",
    guard: "a reference is known by its look",
    remove: 'else if (typeof value === "string" && looksLikeAnId(value)) yield value;\n',
  },
  {
    file: "tenancy/named-ids.ts",
    guard: "references stand deeper as well",
    remove: 'else if (typeof value === "object" && value !== null) yield* namedIds({ ...value });',
  },
  {
    file: "tenancy/stripe-objects.ts",
    guard: "expanded objects are looked at",
    remove: 'if (name !== "metadata") collect(value[name as keyof typeof value], found);',
  },
  {
    file: "tenancy/stripe-objects.ts",
    guard: "metadata is no object of Stripe's",
    remove: 'if (name !== "metadata") collect(',
    put: "collect(",
  },
  {
    file: "tenancy/stripe-objects.ts",
    guard: "the members of a list are looked at",
    remove: "for (const part of value) collect(part, found);",
  },
];

/** @type {readonly Guard[]} */
const MARKS = [
  {
    file: "tenancy/marked-params.ts",
    guard: "the mark is merged last",
    remove: "const metadata = { ...given, ...mark };",
    put: "const metadata = { ...mark, ...given };",
  },
  {
    file: "tenancy/marked-params.ts",
    guard: "what is made is marked",
    remove: "if (given === undefined && !isMade) return params;",
    put: "if (given === undefined) return params;",
  },
  {
    file: "tenancy/marked-params.ts",
    guard: "a text in place of metadata clears no mark",
    remove: 'if (given !== undefined && (typeof given !== "object" || given === null)) return undefined;',
  },
  {
    file: "tenancy/marked-params.ts",
    guard: "reserved keys are not forged",
    remove: "return isForged ? undefined : { ...params, metadata };",
    put: "return isForged === undefined ? undefined : { ...params, metadata };",
  },
  {
    file: "tenancy/marked-params.ts",
    guard: "what is made along with something else is marked as well",
    remove: "marked = markedData && { ...marked, [name]: markedData };",
    put: "marked = markedData && marked;",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "reserved metadata keys are refused",
    remove: "if (reserved.some((name) => name.toLowerCase() === key.trim().toLowerCase())) {",
    put: "if (reserved.length < 0) {",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "reserved metadata keys are refused in any letter case",
    remove: "name.toLowerCase() === key.trim().toLowerCase()",
    put: "name === key.trim()",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "reserved metadata keys are refused with spaces around them",
    remove: "key.trim().toLowerCase()",
    put: "key.toLowerCase()",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "metadata has at most 50 keys",
    remove: "if (entries.length > 50) throw",
    put: "if (entries.length > 5000) throw",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "metadata keys are short and hold no brackets",
    remove: "if (!/^[^[\\]]{1,40}$/.test(key) || key in Object.prototype) {",
    put: "if (key in Object.prototype) {",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "metadata keys are no names of every object's",
    remove: " || key in Object.prototype) {",
    put: ") {",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "metadata values are short texts",
    remove: 'if (value !== null && (typeof value !== "string" || value.length > 500)) {',
    put: "if (value === undefined) {",
  },
  {
    file: "tenancy/caller-metadata.ts",
    guard: "metadata is a plain object",
    remove: "if (isPlainObject(given)) return Object.entries(given);",
    put: "if (given !== undefined || isPlainObject(given)) return Object.entries(given as object);",
  },
  {
    file: "tenancy/lookup-key.ts",
    guard: "tenants' lookup keys are apart",
    remove: "return account === undefined ? `${tenantId}//${key}` : key;",
    put: "return account === tenantId ? account : key;",
  },
  {
    file: "tenancy/lookup-key.ts",
    guard: "a lookup key begins with its tenant",
    remove: "return account !== undefined || key.startsWith(`${tenantId}//`);",
    put: "return account !== undefined || key !== tenantId;",
  },
];

/** @type {readonly Guard[]} */
const STRATEGIES = [
  {
    file: "tenancy/metadata-tenancy.ts",
    guard: "a customer's mark is the tenant's",
    remove: '(markOf(customer, key) === tenantId ? "own" : "none")',
    put: '(markOf(customer, key) !== tenantId + tenantId ? "own" : "none")',
  },
  {
    file: "tenancy/metadata-tenancy.ts",
    guard: "an event of a connected account is no tenant's of the platform",
    remove: 'if (account !== undefined) return { status: "nobody" };',
    put: "void account;",
  },
  {
    file: "tenancy/metadata-mark.ts",
    guard: "a mark is the object's own",
    remove: "return metadata && Object.hasOwn(metadata, key) ? metadata[key] : undefined;",
    put: "return metadata?.[key];",
  },
  {
    file: "tenancy/metadata-mark.ts",
    guard: "an unmarked product is nobody's",
    remove: 'return mark === tenantId ? "own" : "none";',
    put: 'return mark === tenantId || mark === undefined ? "own" : "none";',
  },
  {
    file: "tenancy/metadata-mark.ts",
    guard: "a product marked for another is invisible",
    remove: 'return mark === tenantId ? "own" : "none";',
    put: 'return mark === undefined ? "none" : "own";',
  },
  {
    file: "tenancy/metadata-mark.ts",
    guard: "a shared product is not the tenant's own",
    remove: 'if (mark === SHARED) return "shared";',
    put: 'if (mark === SHARED) return "own";',
  },
  {
    file: "tenancy/metadata-mark.ts",
    guard: "a mark's key is not the one of references",
    remove: 'key === "__proto__" || key === REFERENCE_KEY || key === CHECKOUT_KEY;',
    put: 'key === "__proto__";',
  },
  {
    file: "tenancy/directory-tenancy.ts",
    guard: "a mark must agree with the directory",
    remove: 'if (linked === tenantId) return agree ? "own" : "conflict";',
    put: 'if (linked === tenantId) return agree || linked ? "own" : "conflict";',
  },
  {
    file: "tenancy/directory-tenancy.ts",
    guard: "a mark against the directory is a conflict",
    remove:
      'if (mark !== tenantId) return "none";\n      return linked === undefined && linkable ? "unlinked" : "conflict";',
    put: 'return mark === tenantId && linkable && linked === undefined ? "unlinked" : "none";',
  },
  {
    file: "tenancy/directory-tenancy.ts",
    guard: "the directory says whose a customer is",
    remove: "if (linked === tenantId) return agree",
    put: "if (linked === tenantId || mark === tenantId) return agree || mark",
  },
  {
    file: "tenancy/directory-tenancy.ts",
    guard: "an event's customer is whose both authorities say",
    remove: 'return agree && isTenantId(tenantId) ? { status: "tenant", tenantId }',
    put: 'return (agree || mark) && isTenantId(tenantId) ? { status: "tenant", tenantId }',
  },
  {
    file: "tenancy/memory-directory.ts",
    guard: "a customer is linked once",
    remove: "if (owner !== tenantId) throw alreadyLinked();",
    put: "if (owner === undefined) throw alreadyLinked();",
  },
  {
    file: "tenancy/connect-tenancy.ts",
    guard: "an account id is well-formed",
    remove: "if (!isAccountId(account) || (await accounts.tenantOf(account)) !== tenantId) {",
    put: "if (account === undefined || !isAccountId || (await accounts.tenantOf(account)) !== tenantId) {",
  },
  {
    file: "tenancy/connect-tenancy.ts",
    guard: "an account is linked back to its tenant",
    remove: "if (!isAccountId(account) || (await accounts.tenantOf(account)) !== tenantId) {",
    put: "if (!isAccountId(account)) {",
  },
  {
    file: "tenancy/connect-tenancy.ts",
    guard: "an event's account id is checked before it is looked up",
    remove: 'if (!isAccountId(account)) return { status: "nobody" };',
    put: 'if (account === undefined) return { status: "nobody" };',
  },
  {
    file: "tenancy/connect-tenancy.ts",
    guard: "an event's account is linked both ways",
    remove: "isTenantId(tenantId) && (await accounts.accountOf(tenantId)) === account;",
    put: "isTenantId(tenantId);",
  },
  {
    file: "tenancy/resolve-tenant.ts",
    guard: "an event's customer id is checked before it is used",
    remove: '`/v1/customers/${parseObjectId("customer", id)}`',
    put: "`/v1/customers/${parseObjectId && id}`",
  },
  {
    file: "tenancy/resolve-tenant.ts",
    guard: "a deleted customer says nothing of its tenant",
    remove: "return customer.deleted ? undefined : customer;",
    put: "return customer as OwnedByMetadata;",
  },
];

/** @type {readonly Guard[]} */
const WIRE = [
  {
    file: "stripe/object-id.ts",
    guard: "an id is a text",
    remove: 'if (typeof value === "string" && isObjectId(kind, value)) return value;',
    put: "if (isObjectId(kind, String(value))) return String(value);",
  },
  {
    file: "stripe/object-id.ts",
    guard: "an id is of the right kind",
    remove: "PREFIXES[kind].includes(prefix)",
    put: 'prefix !== ""',
  },
  {
    file: "stripe/object-id.ts",
    guard: "an id is letters, digits and underscores",
    remove: "/^([a-z]+)_\\w+$/",
    put: "/^([a-z]+)_/",
  },
  {
    file: "stripe/object-id.ts",
    guard: "an id is short",
    remove: "value.length <= 255 && ",
  },
  {
    file: "stripe/idempotency.ts",
    guard: "an idempotency key is the tenant's",
    remove: '[scope.account ?? "", scope.tenantId, scope.call, ofCaller]',
    put: '[scope.account ?? "", scope.call, ofCaller]',
  },
  {
    file: "stripe/idempotency.ts",
    guard: "an idempotency key is the account's",
    remove: '[scope.account ?? "", scope.tenantId, scope.call, ofCaller]',
    put: "[scope.tenantId, scope.call, ofCaller]",
  },
  {
    file: "stripe/idempotency.ts",
    guard: "an idempotency key is the call's",
    remove: '[scope.account ?? "", scope.tenantId, scope.call, ofCaller]',
    put: '[scope.account ?? "", scope.tenantId, ofCaller]',
  },
  {
    file: "stripe/idempotency.ts",
    guard: "an idempotency key's parts cannot run into each other",
    remove: "`${part.length}:${part}`",
    put: "part",
  },
  {
    file: "stripe/idempotency.ts",
    guard: "a caller's key is of the allowed form",
    remove: 'if (typeof ofCaller !== "string" || !/^[\\x20-\\x7e]{1,255}$/.test(ofCaller)) {',
    put: "if (ofCaller === undefined) {",
  },
  {
    file: "stripe/send.ts",
    guard: "every request names the tenant's account",
    remove: "...(account === undefined ? {} : { stripeAccount: account }),",
  },
  {
    file: "stripe/send.ts",
    guard: "every write carries its idempotency key",
    remove: "...(idempotencyKey === undefined ? {} : { idempotencyKey: idempotencyKey.atStripe }),",
  },
  {
    file: "stripe/search-query.ts",
    guard: "quotes and backslashes are escaped",
    remove: 'text.replaceAll(/["\\\\]/g, (character) => `\\\\${character}`)',
    put: "text",
  },
  {
    file: "stripe/translate-error.ts",
    guard: "what is missing is told without details",
    remove: 'if (code === "resource_missing" || statusCode === 404) return notFound();',
    put: 'if (code === "resource_missing" || statusCode === 404) return Object.assign(notFound(), details);',
  },
  {
    file: "stripe/sdk-error.ts",
    guard: "Stripe's texts are kept only where they are words",
    remove: 'return typeof value === "string" && /^[\\w.[\\]-]{1,100}$/.test(value) ? value : undefined;',
    put: 'return typeof value === "string" ? value : undefined;',
  },
  {
    file: "tenancy/ownership-cache.ts",
    guard: "a proof is the tenant's",
    remove: "return `${account}\\n${tenantId}\\n${objectId}`;",
    put: "return `${account}\\n${tenantId.length}\\n${objectId}`;",
  },
  {
    file: "tenancy/ownership-cache.ts",
    guard: "a proof is the account's",
    remove: "return `${account}\\n${tenantId}\\n${objectId}`;",
    put: "return `${account.length}\\n${tenantId}\\n${objectId}`;",
  },
  {
    file: "tenancy/ownership-cache.ts",
    guard: "a proof runs out",
    remove: "if (proof.endsAtMs <= performance.now()) {",
    put: "if (proof.endsAtMs <= 0) {",
  },
  {
    file: "tenancy/ownership-cache.ts",
    guard: "proofs are bounded",
    remove: "if (this.#proofs.size > CAPACITY && oldest !== undefined) this.#proofs.delete(oldest);",
    put: "void CAPACITY;\n    void oldest;",
  },
  {
    file: "tenancy/ownership-cache.ts",
    guard: "an object's proof needs its customer's",
    remove: "return this.#recall(keyOf(owner, customerId));",
    put: "return customerId;",
  },
  {
    file: "input.ts",
    guard: "options are copied before they are checked",
    remove: "return result.success ? { value: result.data }",
    put: "return result.success ? { value: input as T }",
  },
  {
    file: "input.ts",
    guard: "limits are whole numbers from 1 to 100",
    remove: "z.int(LIMIT).check(z.gte(1, LIMIT), z.lte(100, LIMIT))",
    put: "z.int(LIMIT)",
  },
];

/** @type {readonly Guard[]} */
const RETURN_URLS = [
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL is a text",
    remove: 'if (typeof input !== "string") return refuse("must be a string");',
    put: "input = String(input);",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL is bounded",
    remove: "if (text.length > MAX_LENGTH) return",
    put: "if (text.length > MAX_LENGTH * 1000) return",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL holds no forbidden character",
    remove: "if (FORBIDDEN_CHARACTER.test(text))",
    put: 'if (text === "" && FORBIDDEN_CHARACTER)',
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL is on an allowed origin",
    remove: "if (!policy.allowedOrigins.includes(url.origin))",
    put: "if (policy.allowedOrigins.length < 0)",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL is https but for loopback",
    remove: "if (!isSecure(url)) return refuse(`must use https",
    put: "if (!url) return refuse(`must use https",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL's path begins with one slash",
    remove: "if (SECOND_SLASH.test(url.path)) return",
    put: 'if (SECOND_SLASH.test("") && url.path) return',
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL's host is spelled plainly",
    remove: 'if (hostname !== host.toLowerCase() || hostname.endsWith(".")) return undefined;',
  },
  {
    file: "tenancy/return-url.ts",
    guard: "a return URL's host has no dot at its end",
    remove: ' || hostname.endsWith(".")) return undefined;',
    put: ") return undefined;",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "an allowed origin is https but for loopback",
    remove: "if (!isSecure(url)) throw",
    put: "if (!url.origin) throw",
  },
  {
    file: "tenancy/return-url.ts",
    guard: "an allowed origin is an origin alone",
    remove: 'if (url === undefined || (url.rest !== "" && url.rest !== "/")) {',
    put: "if (url === undefined) {",
  },
  {
    file: "tenancy/tenant-return-urls.ts",
    guard: "a tenant is one label of a host",
    remove: 'if (typeof slug !== "string" || !HOST_LABEL.test(slug)) {',
    put: 'if (typeof slug !== "string" || !HOST_LABEL) {',
  },
  {
    file: "tenancy/tenant-return-urls.ts",
    guard: "a tenant's domain is a domain",
    remove: 'if (typeof domain !== "string" || !DOMAIN.test(domain)) {',
    put: 'if (typeof domain !== "string" || !DOMAIN) {',
  },
  {
    file: "tenancy/tenant-return-urls.ts",
    guard: "a tenant stands in the first label of a host",
    remove: "if (!TENANT_HOST.test(host)) {",
    put: "if (!TENANT_HOST) {",
  },
  {
    file: "tenancy/tenant-return-urls.ts",
    guard: "a tenant in a path has the form of an id",
    remove: "if (!isTenantId(slug))",
    put: "if (!isTenantId)",
  },
];

/** @type {readonly Guard[]} */
export const GUARDS = [
  ...ADMISSION,
  ...FIRST_WALL,
  ...SECOND_WALL,
  ...MARKS,
  ...STRATEGIES,
  ...WIRE,
  ...RETURN_URLS,
];
