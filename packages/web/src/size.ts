const units = ['kB', 'MB', 'GB', 'TB'] as const;

/** `0 bytes`, `1 byte`, `12.3 kB`, `4.0 MB`: three digits are what people compare; a kB has 1,000 bytes. */
export function formatSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  let value = bytes;
  let unit: string = 'bytes';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value.toFixed(value < 99.95 ? 1 : 0)} ${unit}`;
}
