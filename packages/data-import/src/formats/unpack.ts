import { brotliDecompressSync, gunzipSync } from 'node:zlib';

/** Unpacks bytes to exactly `size` bytes. */
export type Unpack = (packed: Uint8Array, size: number) => Uint8Array;

/** The ways to pack a page of a Parquet file. None of them allocates more than `size` bytes. */
export async function parquetUnpackers(): Promise<ReadonlyMap<string, Unpack>> {
  const { compressors } = await import('hyparquet-compressors');
  return new Map<string, Unpack>([
    ['UNCOMPRESSED', (packed) => packed],
    ['SNAPPY', compressors.SNAPPY!],
    ['GZIP', (packed, size) => gunzipSync(packed, { maxOutputLength: Math.max(1, size) })],
    ['BROTLI', (packed, size) => brotliDecompressSync(packed, { maxOutputLength: Math.max(1, size) })],
    ['ZSTD', await zstdUnpacker()],
    ['LZ4', compressors.LZ4!],
    ['LZ4_RAW', compressors.LZ4_RAW!],
  ]);
}

/** Without room to write into, the library would trust the sizes in the frame. */
export async function zstdUnpacker(): Promise<Unpack> {
  const { decompressZstd } = await import('hyparquet-compressors');
  return (packed, size) => decompressZstd(packed, new Uint8Array(size));
}
