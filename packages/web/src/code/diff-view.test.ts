import { expect, test } from 'vitest';
import { diffView } from './diff-view.ts';

const diff = `diff --git a/a.py b/a.py
index 1..2 100644
--- a/a.py
+++ b/a.py
@@ -1,2 +1,2 @@
 same
-<b>old</b>
+new
diff --git a/picture.png b/picture.png
Binary files a/picture.png and b/picture.png differ
`;

test('each file folds by itself, with what was added and removed in words', () => {
  const text = diffView(diff).toString();
  expect(text.match(/<details open>/g)).toHaveLength(2);
  expect(text).toContain('<code>a.py</code> <span class="quiet">1 added, 1 removed</span>');
  expect(text).toContain('Removed: </span>-&lt;b&gt;old&lt;/b&gt;');
  expect(text).toContain('<code>picture.png</code>');
  expect(text).toContain('Nothing to show as text.');
});

test('no difference is said in words', () => {
  expect(diffView('').toString()).toContain('the same code');
});
