import { join } from 'node:path';
import { ADJUST_CHOICES, type AdjustChoice, type BarsOrigin } from '@ktrdr/contracts';
import { RefusedFileError, withOutsideFile } from '@ktrdr/files';
import { SOURCES } from './bars-transaction.js';

/** Number of origins that are kept for one file. */
const MOST_ORIGINS = 20;
const MOST_BYTES = 1 << 16;

/** Where the bars of a file came from, and what the file was when the newest of them were stored. */
export interface BarsSources {
  sha256: string;
  rows: number;
  /** As in a bars file. */
  first: string;
  last: string;
  /** Newest first. */
  origins: BarsOrigin[];
}

/** Path below `DATA_DIR`: `.sources/AAPL_1h.json`. */
export function sourcesFile(file: string): string {
  return join(SOURCES, sourcesName(file));
}

/** `null` if none are kept, or if the file is damaged: bars do not depend on it. */
export async function readSources(dataDir: string, file: string): Promise<BarsSources | null> {
  try {
    const text = await withOutsideFile(
      join(dataDir, SOURCES),
      sourcesName(file),
      { maxBytes: MOST_BYTES },
      async (opened) => (await opened.content()).toString('utf8'),
    );
    const value = JSON.parse(text) as unknown;
    return isSources(value) ? value : null;
  } catch (error) {
    if (error instanceof RefusedFileError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/**
 * The text of a sources file with one more origin. The same file again replaces its entry, and downloads from one source are one entry,
 * so that the first imports stay known.
 */
export function sourcesWith(
  known: BarsSources | null,
  facts: Omit<BarsSources, 'origins'>,
  origin: BarsOrigin,
): string {
  const before = known?.origins ?? [];
  const same = before.find((one) => isSame(one, origin));
  const rows = same !== undefined && origin.kind === 'download' ? same.rows + origin.rows : origin.rows;
  const origins = [{ ...origin, rows }, ...before.filter((one) => one !== same)].slice(0, MOST_ORIGINS);
  return `${JSON.stringify({ ...facts, origins } satisfies BarsSources, null, 2)}\n`;
}

const SAME = ['kind', 'from', 'sha256', 'profile', 'adjust', 'timezone'] as const;

function isSame(a: BarsOrigin, b: BarsOrigin): boolean {
  return SAME.every((name) => a[name] === b[name]);
}

function sourcesName(file: string): string {
  return file.replace(/\.csv$/, '.json');
}

const TEXTS = ['from', 'at'] as const;

function isSources(value: unknown): value is BarsSources {
  if (typeof value !== 'object' || value === null) return false;
  const { sha256, rows, first, last, origins } = value as Record<string, unknown>;
  return (
    [sha256, first, last].every((text) => typeof text === 'string') &&
    Number.isSafeInteger(rows) &&
    Array.isArray(origins) &&
    origins.every(isOrigin)
  );
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const origin = value as Record<string, unknown>;
  return (
    ['import', 'download', 'resample', 'sample'].includes(origin['kind'] as string) &&
    TEXTS.every((name) => typeof origin[name] === 'string') &&
    [origin['sha256'], origin['profile']].every((text) => text === null || typeof text === 'string') &&
    [undefined, ...ADJUST_CHOICES].includes(origin['adjust'] as AdjustChoice | undefined) &&
    (origin['timezone'] == null || typeof origin['timezone'] === 'string') &&
    Number.isSafeInteger(origin['rows'])
  );
}
