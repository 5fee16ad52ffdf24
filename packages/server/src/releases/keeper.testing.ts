/** A program that receives and keeps files without an end, to be killed: `node keeper.testing.ts FOLDER`. It says when it has begun. */
import { createHash, randomBytes } from 'node:crypto';
import { FolderReleaseStore } from './folder-store.ts';

const store = new FolderReleaseStore(process.argv[2] ?? '');
for (let turn = 0; ; turn += 1) {
  const bytes = randomBytes(300_000);
  const file = {
    release: 'aaaaaaaaaaaaaaaa',
    sha256: createHash('sha256').update(bytes).digest('hex'),
    size: bytes.length,
  };
  await store.receive({ ...file, offset: 0, bytes: new Blob([bytes]).stream() });
  await store.keep(file.release, file.sha256);
  if (turn === 1) process.stdout.write('begun\n');
}
