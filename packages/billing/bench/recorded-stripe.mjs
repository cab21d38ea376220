import Stripe from "stripe";
import { startLocalServer } from "./local-server.mjs";

/** What stands for a customer's number in the recorded answers. */
const NUMBER = "<n>";

/**
 * Creates a real SDK client whose connection is a table: what the local Stripe once answered about one customer and its
 * subscription, as the answer for any other. So millions of tenants take no memory but the library's.
 */
export async function createRecordedStripe() {
  const server = await startLocalServer();
  try {
    return new Stripe(server.secretKey, {
      telemetry: false,
      httpClient: new RecordedHttpClient(await record(server.createStripe())),
    });
  } finally {
    await server.stop();
  }
}

/** The answers by the pattern of their path, whose group is the customer's number. */
async function record(stripe) {
  const metadata = { tenantId: `t${NUMBER}` };
  const customer = await stripe.customers.create({ metadata: { tenantId: "t0" } });
  const product = await stripe.products.create({
    name: "Pro",
    metadata: { tenantId: "t0" },
    default_price_data: { currency: "usd", unit_amount: 4900, recurring: { interval: "month" } },
  });
  const { id } = await stripe.subscriptions.create({
    customer: customer.id,
    items: [{ price: product.default_price }],
  });
  const whole = await stripe.subscriptions.retrieve(id, { expand: ["customer"] });
  const toText = (object) =>
    JSON.stringify(object)
      .replaceAll(customer.id, `cus_soak${NUMBER}`)
      .replaceAll(id, `sub_soak${NUMBER}`)
      .replaceAll(JSON.stringify({ tenantId: "t0" }), JSON.stringify(metadata));
  const list = (data) => ({ object: "list", url: "/v1/subscriptions", has_more: false, data });
  return [
    { path: /^\/v1\/customers\/cus_soak(\d+)/, text: toText(await stripe.customers.retrieve(customer.id)) },
    { path: /^\/v1\/subscriptions\/sub_soak(\d+)/, text: toText(whole) },
    { path: /^\/v1\/subscriptions\?.*cus_soak(\d+)/, text: toText(list([whole])) },
    { path: /^\/v1\/(?:products|prices)\/search/, text: toText({ ...list([]), object: "search_result" }) },
  ];
}

class RecordedHttpClient extends Stripe.HttpClient {
  #answers;

  constructor(answers) {
    super();
    this.#answers = answers;
  }

  getClientName() {
    return "recorded";
  }

  async makeRequest(_host, _port, path) {
    for (const answer of this.#answers) {
      const found = answer.path.exec(path);
      if (found !== null) return new Answer(answer.text.replaceAll(NUMBER, found[1] ?? ""));
    }
    throw new Error(`No answer is recorded for ${path}.`);
  }
}

class Answer extends Stripe.HttpClientResponse {
  #text;

  constructor(text) {
    super(200, {});
    this.#text = text;
  }

  getRawResponse() {
    return {};
  }

  async toJSON() {
    return JSON.parse(this.#text);
  }
}
