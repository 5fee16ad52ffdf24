import { describe, expect, test } from 'vitest';
import {
  type Action,
  flattenRun,
  imagesOf,
  isDatabaseAction,
  outputDirectories,
  type Pipeline,
  runnableActions,
} from './pipeline.ts';
import { parseProject } from './rules/parse-project.ts';

function parse(text: string): Pipeline {
  const { pipeline, diagnostics } = parseProject(text);
  if (pipeline === null) throw new Error(JSON.stringify(diagnostics));
  return pipeline;
}

function actionThatRuns(run: string): Action {
  const text = `version: 1\nactions:\n  a: {run: ${JSON.stringify(run)}, outputs: {highly_sensitive: {x: o/d.csv}}}`;
  const action = parse(text).actions.get('a');
  if (action === undefined) throw new Error('no action');
  return action;
}

describe('isDatabaseAction', () => {
  test.each([
    ['ehrql:v1 generate-dataset --output o/d.csv', true],
    ['ehrql:v1  generate-dataset --output o/d.csv', true],
    ['ehrql:v1 generate-measures d.py', true],
    ['ehrql:v1 --help generate-measures', false],
    ['ehrql:v1', false],
    ['sqlrunner:v1 anything', true],
    ['sqlrunner:v1', true],
    ['cohortextractor:latest generate_cohort', true],
    ['cohortextractor:latest generate_codelist_report', true],
    ['cohortextractor:latest generate_measures', false],
    ['databuilder:v0 generate-dataset --output=o/d.csv', true],
    ['python:latest generate-measures', false],
  ])('%s: %s', (run, expected) => {
    expect(isDatabaseAction(actionThatRuns(run))).toBe(expected);
  });
});

test('flattenRun gives one line that splits into the image and its arguments', () => {
  expect(flattenRun(actionThatRuns('r:v2  "a b"  c'))).toBe("r:v2 'a b' c");
});

const project = parse(`version: 4
actions:
  a: {run: r:latest a, outputs: {highly_sensitive: {x: o/a.csv, y: o/b.csv, z: c.csv}}}
  run_all: {run: r:v1 b, outputs: {highly_sensitive: {}}}
  c: {run: python:v2 c, outputs: {highly_sensitive: {}}}
`);

test('imagesOf names each image once and knows what latest has always meant', () => {
  expect(imagesOf(project)).toEqual(['r:v1', 'python:v2']);
});

test('runnableActions leaves out what the project itself calls run_all', () => {
  expect(runnableActions(project)).toEqual(['a', 'c']);
});

test('outputDirectories names each folder once', () => {
  const action = project.actions.get('a');
  expect(action === undefined ? [] : outputDirectories(action)).toEqual(['o', '.']);
});
