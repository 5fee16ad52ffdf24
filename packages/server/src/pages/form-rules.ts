import type { FormFields } from '@vitrine/platform';
import {
  alert,
  type Content,
  form,
  type Html,
  html,
  type Option,
  select,
  submit,
  textArea,
  textField,
} from '@vitrine/web';

interface Rule {
  readonly label: string;
  readonly hint?: Content;
}

/** A text that somebody types. */
export interface TextRule extends Rule {
  readonly kind: 'text' | 'area' | 'email' | 'url' | 'number' | 'date';
  readonly required?: boolean;
  /** Most characters; a line break counts as one. */
  readonly maxLength: number;
  /** The words of what else is wrong, or null. Not asked for a text that is empty, missing or too long. */
  readonly check?: (value: string) => string | null;
}

/** One of several values. */
export interface ChoiceRule extends Rule {
  readonly kind: 'choice';
  readonly options: readonly Option[];
}

/** What a form takes: its fields are drawn from this and judged by it, so that the two cannot disagree. */
export type FormRules<N extends string> = Readonly<Record<N, TextRule | ChoiceRule>>;
export type Values<N extends string> = Readonly<Record<N, string>>;
/** What is wrong with which field. */
export type Wrong<N extends string> = Readonly<Partial<Record<N, string>>>;

export interface ReadForm<N extends string> {
  readonly values: Values<N>;
  /** Null where all is well. */
  readonly wrong: Wrong<N> | null;
}

export function drawFields<N extends string>(
  rules: FormRules<N>,
  values: Partial<Values<N>>,
  wrong: Wrong<N> | null,
): Content {
  return entriesOf(rules).map(([name, rule]) => {
    const { kind, label, hint } = rule;
    const field = { name, label, hint, value: values[name] ?? '', error: wrong?.[name] };
    if (kind === 'choice') return select({ ...field, options: rule.options, plain: true });
    const { required = false, maxLength } = rule;
    return kind === 'area'
      ? textArea({ ...field, required, maxLength })
      : textField({ ...field, required, maxLength, type: kind });
  });
}

/** Reads the fields of a form and judges each: nothing is cut short or replaced silently. */
export function readFields<N extends string>(fields: FormFields, rules: FormRules<N>): ReadForm<N> {
  const read = entriesOf(rules).map(([name, rule]) => {
    // Browsers send line breaks as two characters.
    const value = fields.text(name).replaceAll('\r\n', '\n');
    return { name, value, fault: faultOf(rule, value) };
  });
  const wrong = read.filter(({ fault }) => fault !== null);
  return {
    values: Object.fromEntries(read.map(({ name, value }) => [name, value])) as Values<N>,
    wrong:
      wrong.length === 0
        ? null
        : (Object.fromEntries(wrong.map(({ name, fault }) => [name, fault])) as Wrong<N>),
  };
}

function faultOf(rule: TextRule | ChoiceRule, value: string): string | null {
  if (rule.kind === 'choice') {
    return rule.options.some((option) => option.value === value)
      ? null
      : 'Choose one of those listed.';
  }
  const { label, required, maxLength, check } = rule;
  if (value === '') return required ? `Fill in “${label}”.` : null;
  const { length } = value;
  if (length > maxLength) return `At most ${maxLength} characters; this has ${length}.`;
  return check?.(value) ?? null;
}

function entriesOf<N extends string>(
  rules: FormRules<N>,
): readonly (readonly [N, TextRule | ChoiceRule])[] {
  return Object.entries(rules) as unknown as readonly (readonly [N, TextRule | ChoiceRule])[];
}

/** A whole form from its rules. What is wrong with it is listed at its top, each leading to its field, and said there again. */
export function ruledForm<N extends string>(given: {
  readonly action: string;
  readonly csrf: string;
  readonly rules: FormRules<N>;
  readonly values?: Partial<Values<N>>;
  readonly wrong?: Wrong<N> | null | undefined;
  /** What stands between the fields and the button. */
  readonly more?: Content;
  readonly submit: string;
  readonly submitKind?: 'primary' | 'danger';
}): Html {
  const { action, csrf, rules, values = {}, more } = given;
  const wrong = given.wrong ?? null;
  const faults = Object.entries(wrong ?? {}) as [N, string][];
  return form({
    action,
    csrf,
    body: html`${
      faults.length === 0
        ? null
        : alert({
            tone: 'danger',
            title: 'The form has not been accepted; nothing has been changed.',
            body: html`<ul>${faults.map(([name, words]) => html`<li><a href="#${name}">${rules[name]?.label ?? name}</a>: ${words}</li>`)}</ul>`,
          })
    }${drawFields(rules, values as Partial<Values<N>>, wrong)}${more}${submit(given.submit, given.submitKind)}`,
  });
}
