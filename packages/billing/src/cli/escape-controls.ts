/**
 * Writes control characters other than line breaks and tabs as JSON does. A handler's error may quote what a customer
 * chose, which must not move the cursor or recolor the terminal of whoever reads it.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(
    /[^\P{Cc}\n\t]/gu,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
