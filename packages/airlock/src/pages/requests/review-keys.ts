import { type Html, keysBar } from '@vitrine/web';

/** The keys of a review; each does what a link or button of the page does. */
const keyWords: readonly (readonly [key: string, words: string])[] = [
  ['j', 'next file'],
  ['k', 'previous file'],
  ['u', 'next file that you have not judged'],
  ['n', 'next finding'],
  ['a', 'approve the file that is shown'],
  ['c', 'request changes to it'],
  ['x', 'clear your vote'],
  ['r', 'back to the request'],
];

/** A vote stays on its file: the next key never judges what was not seen. */
export function reviewKeys(): Html {
  return keysBar({ title: 'Keys of the review', keys: keyWords });
}
