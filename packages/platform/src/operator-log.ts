/** What an application tells its operator: one object a line, and never a secret. */

export interface OperatorLogEntry {
  readonly level: 'info' | 'warn' | 'error';
  /** Kebab-case: `request-answered`. */
  readonly event: string;
  readonly facts: Readonly<Record<string, string | number | boolean | null>>;
}

export type OperatorLog = (entry: OperatorLogEntry) => void;

/** Secrets as they look wherever they come up: tokens of ours, headers that carry them, passwords in addresses, cookies. */
const SECRETS: readonly (readonly [RegExp, string])[] = [
  [/vitrine_[A-Za-z0-9_-]{8,}/g, 'vitrine_…'],
  [/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]+/gi, '$1 …'],
  [/(:\/\/[^/\s:@]*:)[^/\s@]+@/g, '$1…@'],
  [/(vitrine_session=)[^;\s]+/gi, '$1…'],
  [/\b(password|secret|client_secret|code|token)=[^&\s"']+/gi, '$1=…'],
];

/** The same text without secrets. */
export function withoutSecrets(text: string): string {
  return SECRETS.reduce((clean, [secret, instead]) => clean.replace(secret, instead), text);
}

/** One line of JSON, for standard error. */
export function logLine({ level, event, facts }: OperatorLogEntry, at: Date): string {
  const clean = Object.entries(facts).map(([name, value]) => [
    name,
    typeof value === 'string' ? withoutSecrets(value) : value,
  ]);
  return JSON.stringify({ at: at.toISOString(), level, event, ...Object.fromEntries(clean) });
}
