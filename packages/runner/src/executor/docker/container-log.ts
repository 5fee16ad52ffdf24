/** What a container printed, out of the engine's multiplexed stream. Pure. */

/** One line: its time (ISO, UTC) and its text. */
export interface LogLine {
  readonly time: string;
  readonly text: string;
}

const headerBytes = 8;

/**
 * Takes the stream of the logs API (with time stamps) apart. Each frame is 1 byte stream, 3 bytes nothing, 4 bytes
 * length (big-endian), then `TIME TEXT`. The engine cuts lines over 16 KiB into frames that each bear a time; these are
 * joined again. Lines of the two streams stand in the order of their first frame.
 */
export function readLog(stream: Buffer): readonly LogLine[] {
  const lines: { time: string; parts: string[] }[] = [];
  const open = new Map<number, { time: string; parts: string[] }>();
  let position = 0;
  while (position + headerBytes <= stream.length) {
    const source = stream.readUInt8(position);
    const start = position + headerBytes;
    const end = Math.min(start + stream.readUInt32BE(position + 4), stream.length);
    position = end;
    const frame = stream.toString('utf8', start, end);
    const space = frame.indexOf(' ');
    const text = frame.slice(space + 1);
    let line = open.get(source);
    if (line === undefined) {
      line = { time: frame.slice(0, Math.max(space, 0)), parts: [] };
      lines.push(line);
    }
    line.parts.push(text);
    if (text.endsWith('\n')) open.delete(source);
    else open.set(source, line);
  }
  return lines.map(({ time, parts }) => ({ time, text: parts.join('').replace(/\r?\n$/, '') }));
}

/** About what the engine's json-file driver needs for these lines: text, a newline, and some 80 bytes around it. */
export function storedBytes(lines: readonly LogLine[]): number {
  return lines.reduce((sum, line) => sum + Buffer.byteLength(line.text) + 80, 0);
}

/**
 * The lines as a text, the last ones where they are more than `limit` bytes; the first line then says so. The engine
 * itself throws the oldest away, hence the end of a log is what can be promised.
 */
export function renderLog(lines: readonly LogLine[], limit: number, cut: boolean): string {
  const kept: string[] = [];
  let bytes = 0;
  let whole = true;
  for (const line of lines.toReversed()) {
    const rendered = `${line.time} ${line.text}\n`;
    bytes += Buffer.byteLength(rendered);
    if (bytes > limit && kept.length > 0) {
      whole = false;
      break;
    }
    kept.push(rendered);
  }
  const note =
    cut || !whole
      ? `${lines[0]?.time ?? ''} [earlier lines were dropped: the log reached its limit]\n`
      : '';
  return note + kept.reverse().join('');
}
