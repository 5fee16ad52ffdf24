import { decodeCsv } from './csv-decode.ts';
import { encodeCsv } from './csv-encode.ts';
import { formatFaults } from './faults.ts';
import { gunzipBytes, gzipPieces } from './gzip.ts';
import type { RawTable, ReadOptions } from './raw-table.ts';
import { decodeStata } from './stata-decode.ts';
import { encodeStata } from './stata-encode.ts';
import type { TablePieces } from './table-pieces.ts';

/** The formats by file extension, in the order that the command line names them. */
export const outputFormatNames = ['csv', 'csv.gz', 'feather', 'dta', 'dta.gz'] as const;

export type OutputFormatName = (typeof outputFormatNames)[number];

/** A way to keep a table in a file. */
export interface OutputFormat {
  /** The file's bytes in pieces. The same table in the same pieces gives the same bytes. */
  encode(table: TablePieces): AsyncIterable<Uint8Array>;
  /** The table that a file's bytes hold. Rejects with a fault when they are not of this format. */
  decode(bytes: Buffer, options: ReadOptions): Promise<RawTable>;
}

const csv: OutputFormat = {
  encode: async function* (table) {
    let isHeaded = true;
    for await (const piece of table.read()) {
      yield* encodeCsv(piece, { isHeaded });
      isHeaded = false;
    }
  },
  decode: async (bytes, options) => decodeCsv(bytes, options),
};
const dta: OutputFormat = {
  encode: encodeStata,
  decode: async (bytes, options) => decodeStata(bytes, options),
};

/** Loaded when used: the Arrow library takes a fifth of a second, which a run that writes CSV should not wait for. */
const feather: OutputFormat = {
  encode: async function* (table) {
    const { encodeFeather } = await import('./feather-encode.ts');
    yield* encodeFeather(table);
  },
  decode: async (bytes, options) => {
    const { decodeFeather } = await import('./feather-decode.ts');
    return decodeFeather(bytes, options);
  },
};

export const outputFormats: Readonly<Record<OutputFormatName, OutputFormat>> = {
  csv,
  'csv.gz': gzipped(csv),
  feather,
  dta,
  'dta.gz': gzipped(dta),
};

/** The format that a path's extension names, or null. */
export function formatOf(path: string): OutputFormatName | null {
  return outputFormatNames.findLast((name) => path.endsWith(`.${name}`)) ?? null;
}

function gzipped(format: OutputFormat): OutputFormat {
  return {
    encode: (table) => gzipPieces(format.encode(table)),
    decode: async (bytes, options) => {
      const unpacked = await gunzipBytes(bytes, options.limit).catch((error: unknown) => {
        throw unpackingFault(error, options);
      });
      return format.decode(unpacked, options);
    },
  };
}

function unpackingFault(error: unknown, { file, limit }: ReadOptions): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return formatFaults.error('file-too-large', { file, limit }, { file });
  }
  if (code === 'Z_BUF_ERROR') {
    return formatFaults.error('file-truncated', { file, format: 'gzip' }, { file });
  }
  if (code === 'Z_DATA_ERROR') {
    const reason = 'its compressed content is damaged, or it is not compressed';
    return formatFaults.error('file-malformed', { file, format: 'gzip', reason }, { file });
  }
  return error;
}
