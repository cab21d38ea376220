import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

/** Says what is wrong with each link of a page that leads to a file or a heading; other links are not looked at. */
export function findBrokenLinks(page: string): readonly string[] {
  return listTargets(page).filter((target) => !leads(page, target));
}

/** What a page links to by a path or a heading. */
export function listTargets(page: string): readonly string[] {
  const text = withoutCode(readFileSync(page, "utf8"));
  const targets = [...text.matchAll(LINK)].map(([, markdown, html]) => markdown ?? html ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** `[words](target)`, and what an HTML tag of a page names as `src`, `srcset` or `href`. */
const LINK = /\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g;

function leads(page: string, target: string): boolean {
  const [path = "", heading] = target.split("#");
  const file = path === "" ? page : join(dirname(page), path);
  if (!existsSync(file)) return false;
  if (heading === undefined) return true;
  if (!statSync(file).isFile()) return false;
  return listHeadings(file).includes(heading) || readFileSync(file, "utf8").includes(`<a id="${heading}">`);
}

/** The names that GitHub gives a page's headings; one that is repeated gets a number. */
function listHeadings(file: string): readonly string[] {
  const seen = new Map<string, number>();
  return [...withoutCode(readFileSync(file, "utf8")).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => {
    const name = heading
      .replaceAll(/\[(.+?)\]\(.+?\)/g, "$1")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(/\s/g, "-");
    const times = seen.get(name) ?? 0;
    seen.set(name, times + 1);
    return times === 0 ? name : `${name}-${times}`;
  });
}

function withoutCode(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, "");
}
