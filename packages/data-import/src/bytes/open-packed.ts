import { createReadStream, type ReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { KtrdrError } from '@ktrdr/contracts';
import { arrowTable } from '../formats/arrow-table.js';
import { parquetTable } from '../formats/parquet-table.js';
import { importError } from './import-error.js';
import type { PackedFile } from './packed-file.js';
import { limitUnpacked } from './unpack-limit.js';
import { zipEntries } from './zip-entries.js';

const CHUNK_BYTES = 1 << 20;
/** First bytes of formats that an import refuses by name. */
const OTHER_FORMATS: readonly [name: string, start: string, advice: string][] = [
  ['Excel workbook (.xls)', 'd0cf11e0', 'save the sheet as CSV'],
  ['Feather file of version 1', '46454131', 'save it as version 2, Parquet or CSV'],
  ['PDF document', '25504446', 'export the table as CSV'],
  ['bzip2 file', '425a68', 'unpack it'],
  ['xz file', 'fd377a585a00', 'unpack it'],
  ['zstd file', '28b52ffd', 'unpack it'],
  ['7z archive', '377abcaf271c', 'unpack it'],
  ['RAR archive', '526172211a07', 'unpack it'],
  ['HDF5 file', '894844460d0a1a0a', 'save the table as CSV'],
  ['SQLite database', '53514c69746520666f726d6174203300', 'export the table as CSV'],
];

const PARQUET = '50415231';
const ARROW = '4152524f5731';
/** Where a tar archive says what it is. */
const TAR_MAGIC_AT = 257;

/** Bars files in a file, its compression, and its other files. */
export interface OpenedFile {
  files: PackedFile[];
  /** For display: `gzip`, `zip`; `null` if the file is not packed. */
  packing: string | null;
  /** Names of an archive's files that are not read. */
  skipped: string[];
}

/**
 * Detects format and compression of a file from its first bytes.
 *
 * @param path file on this machine
 * @param file name that the user gave it, for messages and symbols
 * @throws KtrdrError `import_invalid` if the file is empty, damaged or of another format
 */
export async function openPacked(path: string, file: string): Promise<OpenedFile> {
  const { start, end, size } = await firstAndLastBytes(path);
  if (size === 0) throw importError(file, 'the file is empty');
  if (start.startsWith('1f8b')) {
    const name = file.replace(/\.(gz|gzip)$/i, '');
    const read = { bytes: 0 };
    const chunks = (): AsyncIterable<Uint8Array> => unpacked({ path, file, size, read });
    return {
      files: [{ name, chunks, unpackedBytes: end.readUInt32LE(), bytesRead: () => read.bytes }],
      packing: 'gzip',
      skipped: [],
    };
  }
  if (start.startsWith('504b0304') || start.startsWith('504b0506')) {
    return { ...(await zipEntries(path, file)), packing: 'zip' };
  }
  if (start.startsWith(PARQUET))
    return { files: [parquetTable(path, file, size)], packing: null, skipped: [] };
  if (start.startsWith(ARROW) || start.startsWith('ffffffff'))
    return { files: [arrowTable(path, file, size)], packing: null, skipped: [] };
  const other = OTHER_FORMATS.find(([, bytes]) => start.startsWith(bytes));
  if (other !== undefined)
    throw importError(file, `imports do not read this format: ${other[0]}. To import it, ${other[2]}`);
  return { files: [plainFile(path, file, size)], packing: null, skipped: [] };
}

function plainFile(path: string, name: string, size: number): PackedFile {
  let stream: ReadStream | null = null;
  return {
    name,
    unpackedBytes: size,
    chunks: () => (stream = createReadStream(path, { highWaterMark: CHUNK_BYTES })),
    bytesRead: () => stream?.bytesRead ?? 0,
  };
}

/** The last four bytes of a gzip file are its unpacked size. */
async function firstAndLastBytes(path: string): Promise<{ start: string; end: Buffer; size: number }> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, 16, 0);
    const { buffer: end } = await handle.read(Buffer.alloc(4), 0, 4, Math.max(0, size - 4));
    return { start: buffer.toString('hex', 0, bytesRead), end, size };
  } finally {
    await handle.close();
  }
}

/** Only text and JSON are read from gzip. */
function refuseOtherThanText(file: string, chunk: Uint8Array): void {
  const bytes = Buffer.from(chunk.subarray(0, TAR_MAGIC_AT + 5));
  const start = bytes.toString('hex', 0, 16);
  const tables: typeof OTHER_FORMATS = [
    ['Parquet file', PARQUET, ''],
    ['Feather file', ARROW, ''],
  ];
  const found = [...tables, ...OTHER_FORMATS].find(([, magic]) => start.startsWith(magic));
  const name = bytes.toString('latin1', TAR_MAGIC_AT) === 'ustar' ? 'tar archive' : found?.[0];
  if (name !== undefined)
    throw importError(file, `the gzip file has a ${name} in it: unpack it, and import the result`);
}

interface GzipFile {
  path: string;
  file: string;
  size: number;
  /** Counts the packed bytes. */
  read: { bytes: number };
}

async function* unpacked({ path, file, size, read }: GzipFile): AsyncGenerator<Uint8Array> {
  const source = createReadStream(path, { highWaterMark: CHUNK_BYTES });
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // an error of either stream ends both, and the loop over `gunzip` throws it
  pipeline(source, gunzip, () => undefined);
  try {
    let isFirst = true;
    for await (const chunk of limitUnpacked(file, size, gunzip)) {
      if (isFirst) refuseOtherThanText(file, chunk);
      isFirst = false;
      read.bytes = source.bytesRead;
      yield chunk;
    }
  } catch (error) {
    if (error instanceof KtrdrError) throw error;
    const problem = error instanceof Error ? error.message : String(error);
    throw importError(file, `the gzip file is damaged (${problem}): copy it again`, { cause: error });
  } finally {
    source.destroy();
  }
}
