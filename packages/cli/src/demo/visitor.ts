/** Somebody of the demo who uses pages as a browser without script does: reads them, and sends their forms. */

interface Form {
  readonly action: string;
  /** What the page itself fills in. */
  readonly hidden: readonly [name: string, value: string][];
}

export class Visitor {
  readonly #site: string;
  readonly #cookies = new Map<string, string>();

  /** @param site where the pages are: `http://127.0.0.1:8000` */
  constructor(site: string) {
    this.#site = site;
  }

  /**
   * The page at a path, after where it leads on to.
   * @throws Error when it is not answered with a page
   */
  async open(path: string): Promise<string> {
    return await this.#ask(path, {});
  }

  /**
   * Sends the form of a page that goes to `action`, with what its fields are given; gives the page that follows.
   * @throws Error when the page has no such form, or refuses what was sent
   */
  async send(
    path: string,
    action: string,
    fields: Readonly<Record<string, string | readonly string[]>>,
  ): Promise<string> {
    const page = await this.open(path);
    const form = formsOf(page).find((one) => one.action === action);
    if (form === undefined) throw new Error(`${path} has no form that goes to ${action}`);
    const given = Object.entries(fields).flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((one): [string, string] => [name, one]),
    );
    const kept = form.hidden.filter(([name]) => !(name in fields));
    const body = new URLSearchParams([...kept, ...given]);
    return await this.#ask(action, { method: 'POST', body });
  }

  async #ask(path: string, request: RequestInit): Promise<string> {
    const answer = await fetch(new URL(path, this.#site), {
      ...request,
      headers: {
        accept: 'text/html',
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      redirect: 'manual',
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next !== null) {
      await answer.body?.cancel();
      return await this.#ask(next, {});
    }
    const page = await answer.text();
    if (answer.ok) return page;
    const [, main = page] = /<main\b[^>]*>(.*?)<\/main>/s.exec(page) ?? [];
    throw new Error(`${path} answered ${answer.status}: ${wordsOf(main)}`);
  }
}

/** The words of a piece of HTML. */
export function wordsOf(html: string): string {
  return plain(html.replaceAll(/<[^>]*>/g, ' '))
    .replaceAll(/\s+/g, ' ')
    .trim();
}

/** Forms, and what buttons send elsewhere with the fields of their form. */
function formsOf(page: string): readonly Form[] {
  return [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)].flatMap(
    ([, head = '', body = '']) => {
      const hidden = [...body.matchAll(/<input\b([^>]*\btype="hidden"[^>]*)>/g)].map(
        ([, input = '']): [string, string] => [attribute(input, 'name'), attribute(input, 'value')],
      );
      const elsewhere = [...body.matchAll(/<button\b([^>]*\bformaction=[^>]*)>/g)].map(
        ([, button = '']) => attribute(button, 'formaction'),
      );
      return [attribute(head, 'action'), ...elsewhere].map((action) => ({ action, hidden }));
    },
  );
}

function attribute(head: string, name: string): string {
  return plain(new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? '');
}

function plain(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
