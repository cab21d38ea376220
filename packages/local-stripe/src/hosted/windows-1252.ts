/**
 * Writes a line in Windows-1252, one character for each byte: a PDF's built-in fonts have no more. Words with a character
 * beyond it are replaced by a hint, because question marks or other letters would pass for the text.
 */
export function toWindows1252(line: string): string {
  const words = line.normalize("NFC").split(/([\s\u202f]+)/);
  const written = words.map((word) => encode(word) ?? HINT).join("");
  return written.replace(REPEATED_HINT, HINT);
}

/** Whether the whole line can be written in Windows-1252. */
export function isWindows1252(line: string): boolean {
  return encode(line.normalize("NFC")) !== undefined;
}

const HINT = "[see the page]";
const REPEATED_HINT = /\[see the page\](?:\s+\[see the page\])+/g;

/** The characters of the bytes 80 to 9F; the gaps are bytes without a character. */
const FROM_0X80 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

function encode(text: string): string | undefined {
  let encoded = "";
  for (const character of text) {
    const place = character === " " ? -1 : FROM_0X80.indexOf(character);
    if (place >= 0) encoded += String.fromCharCode(0x80 + place);
    else if (/\s|\u202f/.test(character)) encoded += " ";
    else if (/[\u0020-\u007e\u00a0-\u00ff]/.test(character)) encoded += character;
    else return undefined;
  }
  return encoded;
}
