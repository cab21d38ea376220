/** Stripe's names for what has another name here. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  lineitems: ["items"],
  trialperioddays: ["trialDays"],
  prorationbehavior: ["proration"],
  cancelatperiodend: ["when"],
  cancelat: ["when"],
  flowdata: ["flow"],
  startingafter: ["after"],
  collectionmethod: ["daysUntilDue"],
  coupon: ["discount", "discounts"],
  promotioncode: ["discount", "discounts"],
  defaultpricedata: ["price"],
  marketingfeatures: ["features"],
};

/** The option that a caller most likely meant by an unknown name, such as `returnUrl` for `return_url`. */
export function suggestOption(unknown: string, known: readonly string[]): string | undefined {
  const wanted = simplify(unknown);
  const aliases = ALIASES[wanted] ?? [];
  return (
    known.find((name) => [wanted, `${wanted}id`].includes(simplify(name)) || aliases.includes(name)) ??
    known.find((name) => wanted.length >= 3 && simplify(name).startsWith(wanted))
  );
}

function simplify(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
