/** A request as it went over the wire: `form` is its query, or the body of a POST. */
export interface SentRequest {
  readonly method: string;
  readonly path: string;
  readonly form: string;
}

/** Something that the suite sends and that stripe-mock does not know: a whole call, or one parameter of it. */
interface Exception {
  readonly call: RegExp;
  /** Left out before the request is sent. */
  readonly param?: RegExp;
  readonly reason: string;
  /** What stripe-mock refuses for this alone. */
  readonly example: SentRequest;
}

export const EXCEPTIONS: readonly Exception[] = [
  {
    call: /^POST \/v1\/subscriptions\/[^/]+\/pause$/,
    reason: "the call is newer than its specification",
    example: { method: "POST", path: "/v1/subscriptions/sub_1/pause", form: "" },
  },
  {
    call: /^POST \/v1\/events\/[^/]+\/retry$/,
    reason: "only Stripe's command line knows the call",
    example: { method: "POST", path: "/v1/events/evt_1/retry", form: "webhook_endpoint=we_1" },
  },
  {
    call: /^POST \/v1\/billing_portal\/sessions$/,
    param: /^flow_data\[(type\]=subscription_pause$|subscription_pause\])/,
    reason: "the flow is newer than its specification",
    example: {
      method: "POST",
      path: "/v1/billing_portal/sessions",
      form: "customer=cus_1&flow_data[type]=subscription_pause&flow_data[subscription_pause][subscription]=sub_1",
    },
  },
  {
    call: /^POST \/v1\/subscriptions\/[^/]+(\/resume)?$/,
    param: /^billing_cycle_anchor\[type\]=/,
    reason: "its specification has the parameter as a string, as it was written before 2026-09-30",
    example: {
      method: "POST",
      path: "/v1/subscriptions/sub_1/resume",
      form: "billing_cycle_anchor[type]=unchanged",
    },
  },
  {
    call: /^POST \/v1\/invoices\/create_preview$/,
    param: /^subscription_details\[billing_cycle_anchor\]\[type\]=/,
    reason: "its specification has the parameter as a string, as it was written before 2026-09-30",
    example: {
      method: "POST",
      path: "/v1/invoices/create_preview",
      form: "subscription=sub_1&subscription_details[billing_cycle_anchor][type]=now",
    },
  },
  {
    call: /^POST \/v1\/checkout\/sessions$/,
    param: /^allowed_payment_method_types\[\d*\]=/,
    reason: "the parameter is newer than its specification",
    example: {
      method: "POST",
      path: "/v1/checkout/sessions",
      form: "mode=setup&currency=usd&success_url=https%3A%2F%2Fa.example&allowed_payment_method_types[0]=card",
    },
  },
  {
    call: /^GET \/v1\/[a-z_]+\/search$/,
    param: /^expand\[\d*\]=total_count$/,
    reason: "it answers every search that counts with an internal error of its own",
    example: {
      method: "GET",
      path: "/v1/customers/search",
      form: "query=email%3A%22a%22&expand[]=total_count",
    },
  },
];

/** Sends the requests to stripe-mock, and says which of them it refuses. */
export async function refusedByStripeMock(
  url: string,
  requests: readonly SentRequest[],
): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const request of requests.map(withoutExceptions)) {
    const refusal = request && (await refusalByStripeMock(url, request));
    if (request === undefined || refusal === undefined) continue;
    problems.push(`${request.method} ${request.path} ${request.form} is refused by stripe-mock: ${refusal}`);
  }
  return problems;
}

/** What stripe-mock says against the request; `undefined` when it accepts it. */
export async function refusalByStripeMock(url: string, request: SentRequest): Promise<string | undefined> {
  const { method, path, form } = request;
  const isPost = method === "POST";
  const response = await fetch(`${url}${path}${isPost || form === "" ? "" : `?${form}`}`, {
    method,
    headers: {
      Authorization: "Bearer sk_test_123",
      ...(isPost && { "Content-Type": "application/x-www-form-urlencoded" }),
    },
    ...(isPost && { body: form }),
  });
  const answer = await response.text();
  return response.ok ? undefined : `${response.status} ${answer}`;
}

/** The request without the parameters that are excepted; `undefined` when the whole call is. */
export function withoutExceptions(request: SentRequest): SentRequest | undefined {
  const excepted = EXCEPTIONS.filter(({ call }) => call.test(`${request.method} ${request.path}`));
  if (excepted.some(({ param }) => param === undefined)) return undefined;
  const kept = request.form
    .split("&")
    .filter((pair) => !excepted.some(({ param }) => param?.test(decodeURIComponent(pair))));
  return { ...request, form: kept.join("&") };
}
