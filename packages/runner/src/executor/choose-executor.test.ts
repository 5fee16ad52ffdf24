import { describe, expect, test } from 'vitest';
import { chooseExecutor, type ExecutorChoice, type Finding } from './choose-executor.ts';

const yes = (words: string): Finding => ({ usable: true, words });
const no = (words: string, remedy: string): Finding => ({ usable: false, words, remedy });

const engine = yes('Docker answers');
const noEngine = no('no engine answers', 'start Docker');
const image = yes('the image is there');
const noImage = no('the image is not there', 'build it');
const sandbox = yes('bubblewrap works');
const noSandbox = no('bubblewrap is missing', 'install bubblewrap');
const programs = yes('Python is there');
const noPrograms = no('Python is missing', 'install Python');

describe('which executor runs a runtime', () => {
  test.each<[string, Parameters<typeof chooseExecutor>[0], ExecutorChoice]>([
    [
      'docker, when its engine answers and the image is there',
      { configured: 'auto', engine, image, sandbox, programs },
      { executor: 'docker', reasons: ['Docker answers', 'the image is there'], remedies: [] },
    ],
    [
      'the sandbox without an engine',
      { configured: 'auto', engine: noEngine, image: noImage, sandbox, programs },
      {
        executor: 'sandbox',
        reasons: ['no engine answers', 'bubblewrap works', 'Python is there'],
        remedies: [],
      },
    ],
    [
      'the sandbox without the image',
      { configured: 'auto', engine, image: noImage, sandbox, programs },
      {
        executor: 'sandbox',
        reasons: ['the image is not there', 'bubblewrap works', 'Python is there'],
        remedies: [],
      },
    ],
    [
      'none, and both ways out, when neither will do',
      { configured: 'auto', engine, image: noImage, sandbox: noSandbox, programs: noPrograms },
      {
        executor: null,
        reasons: ['the image is not there', 'bubblewrap is missing', 'Python is missing'],
        remedies: ['install bubblewrap', 'install Python', 'build it'],
      },
    ],
    [
      'what is configured, although the other would do',
      { configured: 'sandbox', engine, image, sandbox, programs },
      {
        executor: 'sandbox',
        reasons: ['the setting executor says sandbox', 'bubblewrap works', 'Python is there'],
        remedies: [],
      },
    ],
    [
      'none rather than another than is configured',
      { configured: 'docker', engine: noEngine, image: noImage, sandbox, programs },
      {
        executor: null,
        reasons: ['the setting executor says docker', 'no engine answers'],
        remedies: ['start Docker'],
      },
    ],
  ])('%s', (_name, findings, choice) => {
    expect(chooseExecutor(findings)).toEqual(choice);
  });
});
