import { type BarsName, openBarsFile } from '../bars-access.js';
import { ignoredColumns } from '../bars-header.js';

const MOST_BYTES = 1 << 16;

/** What stands before the bars of a file. */
export interface BarsFileHead {
  /** Comment lines, with their `#`. */
  comments: string[];
  /** Columns that the header names and nothing reads. */
  otherColumns: string[];
}

/** Reads the lines before the bars of a valid file. @throws as {@link openBarsFile} */
export async function readBarsFileHead(name: BarsName): Promise<BarsFileHead> {
  const file = await openBarsFile(name);
  try {
    const bytes = Buffer.alloc(MOST_BYTES);
    let filled = 0;
    for (let read = -1; read !== 0 && filled < MOST_BYTES; filled += read) {
      read = await file.readNext(bytes, filled, MOST_BYTES - filled);
    }
    const lines = bytes
      .toString('utf8', 0, filled)
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/);
    const header = lines.findIndex((line) => line !== '' && !line.startsWith('#'));
    return {
      comments: lines.slice(0, header).filter((line) => line !== ''),
      otherColumns: ignoredColumns(lines[header] ?? ''),
    };
  } finally {
    await file.close();
  }
}
