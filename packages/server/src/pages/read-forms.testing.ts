/** Reads the forms of a page as a browser would, as far as our own pages need it. */

export interface PageField {
  readonly name: string;
  readonly kind: string;
  /** What the page gives it; for choices all that can be chosen. */
  readonly values: readonly string[];
  readonly maxLength: number | null;
}

export interface PageForm {
  readonly action: string;
  readonly fields: readonly PageField[];
}

/** Every form of a page that changes something, those that single buttons send elsewhere included. */
export function readForms(page: string): readonly PageForm[] {
  const forms = [...page.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)]
    .filter(([, head = '']) => attribute(head, 'method') === 'post')
    .map(([, head = '', body = '']) => ({
      id: attribute(head, 'id'),
      action: attribute(head, 'action'),
      fields: readFields(body),
    }));
  const elsewhere = [...page.matchAll(/<button\b([^>]*\bformaction=[^>]*)>/g)].map(
    ([, head = '']): PageForm => ({
      action: attribute(head, 'formaction') ?? '',
      fields: forms.find(({ id }) => id !== null && id === attribute(head, 'form'))?.fields ?? [],
    }),
  );
  return [
    ...forms.flatMap(({ action, fields }) => (action === null ? [] : [{ action, fields }])),
    ...elsewhere,
  ];
}

function readFields(body: string): readonly PageField[] {
  const found: PageField[] = [];
  const add = (head: string, kind: string, values: readonly string[]): void => {
    const name = attribute(head, 'name');
    if (name === null) return;
    const same = found.findIndex((field) => field.name === name);
    const before = found[same];
    if (before) found[same] = { ...before, values: [...before.values, ...values] };
    else found.push({ name, kind, values, maxLength: lengthOf(attribute(head, 'maxlength')) });
  };
  for (const [, tag = '', head = '', rest = ''] of body.matchAll(
    /<(input|textarea|select|button)\b([^>]*)>(?:(.*?)<\/(?:textarea|select|button)>)?/gs,
  )) {
    if (tag === 'select') {
      const options = [...rest.matchAll(/<option\b([^>]*)>/g)];
      add(
        head,
        'choice',
        options.map(([, option = '']) => attribute(option, 'value') ?? ''),
      );
    } else if (tag === 'textarea') add(head, 'area', [plainText(rest)]);
    else add(head, attribute(head, 'type') ?? 'text', [attribute(head, 'value') ?? '']);
  }
  return found;
}

function lengthOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}

function attribute(head: string, name: string): string | null {
  const value = new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1];
  return value === undefined ? null : plainText(value);
}

function plainText(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
