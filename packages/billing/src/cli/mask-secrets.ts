/**
 * Cuts keys, signing secrets and passwords in URLs out of what is printed. Nothing here prints one on purpose; but an
 * application's own module may throw an error that does.
 */
export function maskSecrets(text: string): string {
  return text
    .replaceAll(/\b((?:sk|rk|sk_org)_(?:live|test)_|whsec_|ek_(?:live|test)_)\w+/g, "$1…")
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi, "$1:…@");
}
