import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync } from 'node:zlib';

export interface Asset {
  readonly body: Buffer;
  readonly gzip: Buffer;
  readonly brotli: Buffer;
  readonly type: string;
}

const types = {
  'site.css': 'text/css; charset=utf-8',
  'site.js': 'text/javascript; charset=utf-8',
  'live.js': 'text/javascript; charset=utf-8',
  'keys.js': 'text/javascript; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export type AssetName = keyof typeof types;

const byName = new Map<AssetName, string>();
const byPath = new Map<string, Asset>();

for (const [name, type] of Object.entries(types) as [AssetName, string][]) {
  const body = readFileSync(new URL(`./assets/${name}`, import.meta.url));
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12);
  const path = `/assets/${hash}/${name}`;
  byName.set(name, path);
  byPath.set(path, { body, type, gzip: gzipSync(body), brotli: brotliCompressSync(body) });
}

/** The files of the look by the path they are served at. The path holds their hash, so they may be kept for ever. */
export const assets: ReadonlyMap<string, Asset> = byPath;

export function assetPath(name: AssetName): string {
  return byName.get(name) ?? '';
}
