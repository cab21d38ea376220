/**
 * Keeps an open page current: when the server announces a version other than the one shown, fetches the parts marked
 * `data-live` again, and leaves the keyboard's focus where it was. Without scripts, a reload does it.
 */
export const LIVE_SCRIPT = `
const updates = new EventSource(document.currentScript.dataset.updates);

updates.onmessage = async ({ data: version }) => {
  if (document.querySelector("[data-version]").dataset.version === version) return;
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (!now) return location.reload();
    if (part.dataset.version) part.dataset.version = now.dataset.version;
    const controls = () => [...part.querySelectorAll("a, button, input, select")];
    const focused = controls().indexOf(document.activeElement);
    part.replaceChildren(...now.childNodes);
    if (focused >= 0) controls()[focused]?.focus();
  }
};
`;
