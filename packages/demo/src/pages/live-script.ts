/**
 * Keeps an open page true: when the server tells of another version than the one shown, the parts marked `data-live` are
 * fetched anew. Without scripts the page is as true as its last load.
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
