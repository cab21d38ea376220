/**
 * Keeps an open page current: when the server announces a version other than the one shown, fetches the parts marked
 * `data-live` again. Without scripts, a reload does it.
 */
export const LIVE_SCRIPT = `
const updates = new EventSource("/billing/updates");

updates.onmessage = async ({ data: version }) => {
  if (document.getElementById("subscription").dataset.version === version) return;
  const answer = await fetch("/billing");
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = fresh.getElementById(part.id);
    if (part.dataset.version) part.dataset.version = now.dataset.version;
    part.replaceChildren(...now.childNodes);
  }
};
`;
