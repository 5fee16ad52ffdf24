import type { HighlighterCore, LanguageRegistration } from 'shiki/core';
import { type Html, html, trustedHtml } from '../html.ts';

export type CodeLanguage =
  | 'python'
  | 'r'
  | 'stata'
  | 'sql'
  | 'yaml'
  | 'json'
  | 'markdown'
  | 'shellscript';

interface Language {
  /** Endings of file names. */
  readonly endings: readonly string[];
  readonly load: () => Promise<{ readonly default: LanguageRegistration[] }>;
}

/** Languages that studies are written in. */
const languages: Readonly<Record<CodeLanguage, Language>> = {
  python: { endings: ['py'], load: () => import('shiki/langs/python.mjs') },
  r: { endings: ['r'], load: () => import('shiki/langs/r.mjs') },
  stata: { endings: ['do', 'ado'], load: () => import('shiki/langs/stata.mjs') },
  sql: { endings: ['sql'], load: () => import('shiki/langs/sql.mjs') },
  yaml: { endings: ['yaml', 'yml'], load: () => import('shiki/langs/yaml.mjs') },
  json: { endings: ['json', 'ipynb'], load: () => import('shiki/langs/json.mjs') },
  markdown: { endings: ['md', 'rmd', 'qmd'], load: () => import('shiki/langs/markdown.mjs') },
  shellscript: { endings: ['sh'], load: () => import('shiki/langs/shellscript.mjs') },
};

/** Beyond so many characters code is shown without colours: it must not hold up the server. */
const COLOUR_LIMIT = 200_000;
/** Beyond so many characters in a line, which no person wrote. */
const LINE_LIMIT = 2_000;

/** The names of colours as our style sheet has them, by those of the theme. */
const tokens: Readonly<Record<string, string>> = {
  'var(--token-keyword)': 'key',
  'var(--token-function)': 'key',
  'var(--token-constant)': 'number',
  'var(--token-string)': 'string',
  'var(--token-string-expression)': 'string',
  'var(--token-link)': 'string',
  'var(--token-comment)': 'comment',
  'var(--token-punctuation)': 'punctuation',
};

let known: Promise<HighlighterCore> | null = null;
const loaded = new Map<CodeLanguage, Promise<void>>();

/** The language of a file by its name; null where it is none that is coloured. */
export function languageOf(path: string): CodeLanguage | null {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return (
    (Object.keys(languages) as CodeLanguage[]).find((name) =>
      languages[name].endings.includes(ending),
    ) ?? null
  );
}

/** Code in colour, made on the server, with numbered lines. Holds classes only, as the content security policy wants it. */
export async function codeViewer(
  name: string,
  code: string,
  language: CodeLanguage | null,
): Promise<Html> {
  const lines =
    language === null || code.length > COLOUR_LIMIT
      ? code
          .replace(/\n$/, '')
          .split('\n')
          .map((line) => html`${line}`)
      : await colour(code.replace(/\n$/, ''), language);
  return html`<pre class="code" tabindex="0" role="region" aria-label="${name}"><code>${lines.map(
    (line) => html`<span class="line">${line}${trustedHtml('\n')}</span>`,
  )}</code></pre>`;
}

async function colour(code: string, language: CodeLanguage): Promise<readonly Html[]> {
  known ??= start();
  const highlighter = await known;
  const ready =
    loaded.get(language) ??
    languages[language].load().then(async (module) => {
      await highlighter.loadLanguage(module.default);
    });
  loaded.set(language, ready);
  await ready;
  return highlighter
    .codeToTokensBase(code, { lang: language, theme: 'site', tokenizeMaxLineLength: LINE_LIMIT })
    .map(
      (line) =>
        html`${line.map(({ content, color }) => {
          const kind = tokens[color ?? ''];
          return kind === undefined
            ? html`${content}`
            : html`<span class="token-${kind}">${content}</span>`;
        })}`,
    );
}

/** Loaded when the first code is shown: most programs that hold this package never show any. */
async function start(): Promise<HighlighterCore> {
  const [core, engine] = await Promise.all([
    import('shiki/core'),
    import('shiki/engine/javascript'),
  ]);
  return await core.createHighlighterCore({
    themes: [
      core.createCssVariablesTheme({ name: 'site', variablePrefix: '--', fontStyle: false }),
    ],
    langs: [],
    engine: engine.createJavaScriptRegexEngine({ forgiving: true }),
  });
}
