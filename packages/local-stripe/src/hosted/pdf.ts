import { toWindows1252 } from "./windows-1252.js";

const LINE_HEIGHT = 16;
const LINES_PER_PAGE = 44;

/**
 * A plain PDF: lines of Helvetica on A4, the first one large. Every reader has that font, and it has only Western European
 * letters; {@link toWindows1252} says so where a line has others. Fonts for all scripts would be 7 MB in this package.
 */
export function textPdf(lines: readonly string[]): Uint8Array<ArrayBuffer> {
  const pages: (readonly string[])[] = [];
  for (let from = 0; from === 0 || from < lines.length; from += LINES_PER_PAGE) {
    pages.push(lines.slice(from, from + LINES_PER_PAGE));
  }
  const kids = pages.map((_, page) => `${4 + page * 2} 0 R`).join(" ");
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ...pages.flatMap((page, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
      stream(content(page, index === 0)),
    ]),
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(offset).padStart(10, "0")} 00000 n \n`;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  // One character is one byte, which is what the offsets count.
  return Uint8Array.from(file, (character) => character.charCodeAt(0));
}

function content(lines: readonly string[], isFirst: boolean): string {
  const shown = lines.map((line, at) => {
    const size = isFirst && at === 0 ? "18" : "11";
    return `/F1 ${size} Tf (${escaped(line)}) Tj 0 -${LINE_HEIGHT} Td`;
  });
  return `BT 56 770 Td ${shown.join(" ")} ET`;
}

function stream(text: string): string {
  return `<< /Length ${text.length} >>\nstream\n${text}\nendstream`;
}

function escaped(line: string): string {
  return toWindows1252(line).replace(/[\\()]/g, "\\$&");
}
