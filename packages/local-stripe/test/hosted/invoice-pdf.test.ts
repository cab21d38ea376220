import { describe, expect, it } from "vitest";
import { cardholder, idOf, startLocal } from "../support/local.js";

/** The PDF of a first invoice, one character for each byte. */
async function pdfOf(name: string, product: string, currency = "usd") {
  const { stripe } = await startLocal();
  const { id: customer } = await cardholder(stripe);
  await stripe.customers.update(customer, { name });
  const { default_price: price } = await stripe.products.create({
    name: product,
    default_price_data: { currency, unit_amount: 50_000, recurring: { interval: "month" } },
  });
  const items = [{ price: idOf(price) }];
  const { latest_invoice: invoice } = await stripe.subscriptions.create({
    customer,
    items,
    expand: ["latest_invoice"],
  });
  if (invoice === null || typeof invoice === "string") throw new Error("There is no invoice.");
  const pdf = await fetch(invoice.invoice_pdf ?? "");
  const bytes = Buffer.from(await pdf.arrayBuffer());
  return { text: bytes.toString("latin1"), page: invoice.hosted_invoice_url ?? "" };
}

describe("an invoice's PDF", () => {
  it("shows Western European letters and signs as they are", async () => {
    const { text } = await pdfOf("Žofie Œuvre – “Ünïcödé” ™", "Gold", "eur");
    // As Windows-1252 has them, which is the font's encoding.
    expect(text).toContain("To: \u008eofie \u008cuvre \u0096 \u0093Ünïcödé\u0094 \u0099");
    expect(text).toContain("Total: \u0080500.00");
    expect(text).not.toContain("see the page");
  });

  it.each([
    ["Chinese", "株式会社アクメ GmbH", "To: [see the page] GmbH"],
    ["Arabic", "شركة النور", "To: [see the page]"],
    ["Polish", "Zażółć gęślą jaźń Acme", "To: [see the page] Acme"],
    ["an emoji", "Acme 🚀", "To: Acme [see the page]"],
  ])("says of text in other letters where it can be read: %s", async (_, name, shown) => {
    const { text, page } = await pdfOf(name, "Gold");
    expect(text).toContain(`(${shown}) Tj`);
    expect(text).toContain("The whole text is on the page:");
    expect(text).toContain(`(${page}) Tj`);
    expect(text).not.toContain("?");
  });

  it("writes the code of a currency whose sign it cannot show", async () => {
    expect((await pdfOf("Acme", "Gold", "inr")).text).toContain("Total: INR 500.00");
  });
});
