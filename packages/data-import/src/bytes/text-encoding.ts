import { meaningOf } from '../columns/column-names.js';

/** How a file stores its text. */
export interface TextEncoding {
  /** For display: `UTF-8`, `Windows-1252`. */
  name: string;
  /** Label of `TextDecoder`; `null` if the bytes are UTF-8 already. */
  label: string | null;
  /** Length of the byte order mark. */
  markBytes: number;
}

const UTF8: TextEncoding = { name: 'UTF-8', label: null, markBytes: 0 };
/** Code pages of files with names in other languages, in the order of preference. */
const CODE_PAGES: readonly TextEncoding[] = [
  { name: 'Windows-1252', label: 'windows-1252', markBytes: 0 },
  { name: 'Windows-1250', label: 'windows-1250', markBytes: 0 },
  { name: 'Windows-1251', label: 'windows-1251', markBytes: 0 },
  { name: 'Windows-1254', label: 'windows-1254', markBytes: 0 },
  { name: 'Shift JIS', label: 'shift_jis', markBytes: 0 },
  { name: 'GB 18030', label: 'gb18030', markBytes: 0 },
  { name: 'Big5', label: 'big5', markBytes: 0 },
  { name: 'EUC-KR', label: 'euc-kr', markBytes: 0 },
];
/** The first bytes contain the names of the columns. */
const NAMES_BYTES = 4096;
/** Share of zero bytes at even or odd positions from which text is UTF-16: digits and separators have one each. */
const ZERO_SHARE = 0.4;

/**
 * Encoding of a file with these first bytes: the byte order mark says it, else zero bytes (UTF-16), else UTF-8 if the bytes are
 * valid, else the code page in which most names of columns are known; if none is, Windows-1252, which includes Latin-1.
 *
 * @param whole true if `head` is the whole file, so that an incomplete character at its end counts
 */
export function detectEncoding(head: Uint8Array, whole: boolean): TextEncoding {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { ...UTF8, markBytes: 3 };
  if (first === 0xff && second === 0xfe) return { name: 'UTF-16 LE', label: 'utf-16le', markBytes: 2 };
  if (first === 0xfe && second === 0xff) return { name: 'UTF-16 BE', label: 'utf-16be', markBytes: 2 };
  const zeros = [0, 0];
  const looked = Math.min(head.length, NAMES_BYTES);
  for (let at = 0; at < looked; at++) if (head[at] === 0) zeros[at % 2]!++;
  const enough = (looked / 2) * ZERO_SHARE;
  if (zeros[1]! > enough && zeros[1]! > zeros[0]!)
    return { name: 'UTF-16 LE', label: 'utf-16le', markBytes: 0 };
  if (zeros[0]! > enough) return { name: 'UTF-16 BE', label: 'utf-16be', markBytes: 0 };
  if (isUtf8(head, whole)) return UTF8;
  const counts = CODE_PAGES.map(({ label }) =>
    knownNames(new TextDecoder(label!).decode(head.subarray(0, NAMES_BYTES))),
  );
  return CODE_PAGES[counts.indexOf(Math.max(...counts))]!;
}

function isUtf8(bytes: Uint8Array, whole: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: !whole });
    return true;
  } catch {
    return false;
  }
}

function knownNames(text: string): number {
  return text.split(/[,;|\t\r\n]/).filter((name) => meaningOf(name) !== null).length;
}

/** The bytes of a file as UTF-8, without byte order mark. */
export async function* toUtf8(
  chunks: AsyncIterable<Uint8Array>,
  { label, markBytes }: TextEncoding,
): AsyncGenerator<Uint8Array> {
  const decoder = label === null ? null : new TextDecoder(label, { ignoreBOM: true });
  let skip = markBytes;
  for await (const chunk of chunks) {
    const bytes = skip === 0 ? chunk : chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - bytes.length;
    if (decoder === null) yield bytes;
    else yield Buffer.from(decoder.decode(bytes, { stream: true }), 'utf8');
  }
  if (decoder !== null) yield Buffer.from(decoder.decode(), 'utf8');
}
