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
  const isNear = wanted.length >= 3;
  return (
    known.find((name) => [wanted, `${wanted}id`].includes(simplify(name)) || aliases.includes(name)) ??
    known.find((name) => isNear && simplify(name).startsWith(wanted)) ??
    known.find((name) => isNear && isOneSlipAway(simplify(name), wanted))
  );
}

/** Tells whether one letter is missing, superfluous or wrong, or two neighbours have changed places. */
function isOneSlipAway(name: string, written: string): boolean {
  let same = 0;
  while (same < name.length && name[same] === written[same]) same += 1;
  const [rest, writtenRest] = [name.slice(same), written.slice(same)];
  return (
    rest.slice(1) === writtenRest ||
    rest === writtenRest.slice(1) ||
    rest.slice(1) === writtenRest.slice(1) ||
    (rest.slice(2) === writtenRest.slice(2) && rest[0] === writtenRest[1] && rest[1] === writtenRest[0])
  );
}

function simplify(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}
