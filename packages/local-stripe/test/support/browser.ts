/** As much of a browser as a page without scripts needs: it follows links, fills forms in and goes where it is sent. */
export class Browser {
  url = "";
  text = "";
  status = 0;

  static async open(url: string): Promise<Browser> {
    const browser = new Browser();
    await browser.visit(url);
    return browser;
  }

  get heading(): string {
    return plain(/<h1[^>]*>(.*?)<\/h1>/s.exec(this.text)?.[1] ?? "");
  }

  /** What the page says went wrong. */
  get alert(): string {
    return plain(/role="alert">(.*?)<\//s.exec(this.text)?.[1] ?? "");
  }

  async visit(url: string): Promise<void> {
    await this.#load(url, {});
  }

  async post(url: string, form: Record<string, string>): Promise<void> {
    await this.#load(url, { method: "POST", body: new URLSearchParams(form) });
  }

  /** Where the link of this name leads. */
  link(name: string): string {
    for (const [, href = "", content = ""] of this.text.matchAll(
      /<a [^>]*href="([^"]*)"[^>]*>(.*?)<\/a>/gs,
    )) {
      if (plain(content).includes(name)) return new URL(unescaped(href), this.url).href;
    }
    throw new Error(`there is no link ${name} on ${this.url}:\n${plain(this.text)}`);
  }

  async follow(name: string): Promise<void> {
    await this.visit(this.link(name));
  }

  /** What a hidden field holds. */
  field(name: string): string {
    return unescaped(new RegExp(`name="${name}" value="([^"]*)"`).exec(this.text)?.[1] ?? "");
  }

  /** All hidden fields of the page. */
  hidden(): Record<string, string> {
    const fields = [...this.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    return Object.fromEntries(fields.map(([, key = "", value = ""]) => [key, unescaped(value)]));
  }

  /** An amount that the page names: what is due `now` or `next`. */
  amount(name: string): string {
    return plain(new RegExp(`data-amount="${name}">(.*?)</`).exec(this.text)?.[1] ?? "");
  }

  /** Presses the button of this name, with the fields of its form and those given. */
  async submit(name: string, fields: Record<string, string> = {}): Promise<void> {
    for (const [form = "", action = ""] of this.text.matchAll(
      /<form [^>]*action="([^"]*)"[^>]*>.*?<\/form>/gs,
    )) {
      const button = [...form.matchAll(/<button[^>]*>(.*?)<\/button>/gs)].find(
        ([, label]) => plain(label ?? "") === name,
      );
      if (button === undefined) continue;
      const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
      const filled = Object.fromEntries(hidden.map(([, key = "", value = ""]) => [key, unescaped(value)]));
      await this.post(new URL(unescaped(action), this.url).href, { ...filled, ...fields });
      return;
    }
    throw new Error(`there is no button ${name} on ${this.url}:\n${plain(this.text)}`);
  }

  async #load(url: string, init: RequestInit): Promise<void> {
    const response = await fetch(url, { ...init, redirect: "manual" });
    this.url = url;
    this.status = response.status;
    this.text = await response.text();
    const location = response.headers.get("location");
    if (location === null) return;
    const next = new URL(location, url);
    this.url = next.href;
    // Pages outside of the server are not loaded: that the way leads there is all that is asked.
    if (next.host === new URL(url).host) await this.visit(next.href);
  }
}

function plain(html: string): string {
  return unescaped(html.replace(/<style>.*?<\/style>/s, "").replace(/<[^>]*>/g, " "))
    .replace(/\s+/g, " ")
    .trim();
}

function unescaped(text: string): string {
  const names: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => names[name] ?? "");
}
