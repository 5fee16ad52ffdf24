/**
 * What an author has to say of a group of files, asked one by one (cli-review-and-docs §3.4). The answers are kept as the two texts of
 * the group, so that one who reads these reads all of it.
 */
import type { Group } from '../../review/request.ts';

export interface Prompt {
  /** Name of its field. */
  readonly name: string;
  /** Its line in the text. */
  readonly title: string;
  readonly question: string;
  readonly of: 'context' | 'controls';
  /** Whether reviewers are told where it is not answered. */
  readonly isExpected: boolean;
}

export const prompts: readonly Prompt[] = [
  {
    name: 'variables',
    title: 'Variables',
    question: 'What is each variable and each column, and how was it made?',
    of: 'context',
    isExpected: true,
  },
  {
    name: 'population',
    title: 'Population and its size',
    question:
      'Who is counted, and how many people are they? Of a regression, the size of its sample and its degrees of freedom.',
    of: 'context',
    isExpected: true,
  },
  {
    name: 'relation',
    title: 'Relation to other tables',
    question:
      'Which other tables, released before or in this request, count the same people or part of them? Say “none” if there is none.',
    of: 'context',
    isExpected: true,
  },
  {
    name: 'about',
    title: 'Anything else',
    question:
      'What else does a reviewer have to know, such as where the counts behind a figure are?',
    of: 'context',
    isExpected: false,
  },
  {
    name: 'threshold',
    title: 'Small numbers',
    question: 'Up to which number are counts redacted or merged, and where in the code?',
    of: 'controls',
    isExpected: true,
  },
  {
    name: 'rounding',
    title: 'Rounding',
    question:
      'To what are counts rounded, and are rates and percentages worked out from the rounded counts?',
    of: 'controls',
    isExpected: true,
  },
  {
    name: 'further',
    title: 'Other controls',
    question: 'What else was done, or why does something need no control?',
    of: 'controls',
    isExpected: false,
  },
];

/** Where what stands before any title goes. */
const freeOf = { context: 'about', controls: 'further' } as const;

/** By name of the prompt. */
export type Answers = Readonly<Record<string, string>>;

/** The two texts that answers make. */
export function explanationOf(answers: Answers): Pick<Group, 'context' | 'controls'> {
  const textOf = (part: Prompt['of']): string =>
    prompts
      .filter(({ of, name }) => of === part && (answers[name] ?? '').trim() !== '')
      .map(({ name, title }) => `${title}:\n${guarded((answers[name] ?? '').trim())}`)
      .join('\n\n');
  return { context: textOf('context'), controls: textOf('controls') };
}

/** The answers that stand in the two texts, however they came to be. */
export function answersOf(group: Pick<Group, 'context' | 'controls'>): Answers {
  return { ...answersIn(group.context, 'context'), ...answersIn(group.controls, 'controls') };
}

/** What reviewers will miss. */
export function unanswered(group: Pick<Group, 'context' | 'controls'>): readonly Prompt[] {
  const answers = answersOf(group);
  return prompts.filter(({ name, isExpected }) => isExpected && (answers[name] ?? '') === '');
}

function answersIn(text: string, part: Prompt['of']): Answers {
  const found = new Map<string, string[]>();
  let name: string = freeOf[part];
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    const prompt = prompts.find(({ title, of }) => of === part && line === `${title}:`);
    if (prompt !== undefined) name = prompt.name;
    else found.set(name, [...(found.get(name) ?? []), unguarded(line)]);
  }
  return Object.fromEntries(
    [...found].map(([prompt, lines]) => [prompt, lines.join('\n').trim()] as const),
  );
}

const titleLine = new RegExp(`^ *(?:${prompts.map(({ title }) => title).join('|')}):$`);

/** A line of an answer that looks like a title is set in by one space, so that it stays part of the answer. */
function guarded(answer: string): string {
  return answer
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => (titleLine.test(line) ? ` ${line}` : line))
    .join('\n');
}

function unguarded(line: string): string {
  return line.startsWith(' ') && titleLine.test(line) ? line.slice(1) : line;
}
