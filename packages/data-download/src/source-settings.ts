import { KtrdrError } from '@ktrdr/contracts';
import { z } from 'zod';
import type { BarsSource } from './bars-source.js';
import { BinanceSource } from './sources/binance.js';
import { CcxtSource } from './sources/ccxt.js';
import { CsvSource } from './sources/csv.js';
import { KrakenSource } from './sources/kraken.js';

const PER_MINUTE = { binance: 300, kraken: 30, ccxt: 30, csv: 10 };

/** Sources that need only their name in `DATA_SOURCES`. */
const KNOWN = {
  binance: () =>
    new BinanceSource('binance', 'https://api.binance.com', {
      terms: 'https://www.binance.com/en/terms',
      requests_per_minute: PER_MINUTE.binance,
    }),
  kraken: () =>
    new KrakenSource('kraken', 'https://api.kraken.com', {
      terms: 'https://www.kraken.com/legal',
      requests_per_minute: PER_MINUTE.kraken,
    }),
};
type KnownName = keyof typeof KNOWN;

const NAME = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'must be 1 to 32 lower-case letters, digits and "-"');
const ADDRESS = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be an address such as https://api.example.com',
  );
const COMMON = {
  name: NAME,
  terms: z.url().optional(),
  requests_per_minute: z.number().min(0.1).max(60_000).optional(),
};
const HOST = z
  .string()
  .regex(/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)$/, 'must be a host name in lower case, without a port');

const SOURCE = z.discriminatedUnion('kind', [
  z.strictObject({ ...COMMON, kind: z.literal('binance'), url: ADDRESS }),
  z.strictObject({ ...COMMON, kind: z.literal('kraken'), url: ADDRESS }),
  z.strictObject({
    ...COMMON,
    kind: z.literal('csv'),
    url: ADDRESS.refine(hasSymbol, 'must have {symbol} in its path or query, and nowhere else'),
    adjust: z.enum(['none', 'close', 'ratio']).optional(),
  }),
  z.strictObject({
    ...COMMON,
    kind: z.literal('ccxt'),
    exchange: z.string().regex(/^[a-z0-9]{1,32}$/, 'must be the name of an exchange of ccxt, such as bybit'),
    hosts: z.array(HOST).min(1),
    options: z.record(z.string(), z.unknown()).optional(),
  }),
]);
type SourceEntry = z.infer<typeof SOURCE>;

const FILE = z.strictObject({ sources: z.array(SOURCE) });

/** The file of `DATA_SOURCES_FILE`. */
export interface SourcesFile {
  path: string;
  text: string;
}

/**
 * The sources that the operator has configured, by name.
 *
 * @param names from `DATA_SOURCES`
 * @throws KtrdrError `invalid_setting`
 */
export function readSources(names: readonly string[], file: SourcesFile | null): Map<string, BarsSource> {
  const sources = new Map<string, BarsSource>();
  for (const name of names) {
    if (!Object.hasOwn(KNOWN, name))
      throw invalid(
        'DATA_SOURCES',
        `${name} is not one of ${Object.keys(KNOWN).join(', ')}. Describe other sources in DATA_SOURCES_FILE (docs/download.md).`,
      );
    sources.set(name, KNOWN[name as KnownName]());
  }
  for (const entry of file === null ? [] : entriesOf(file)) {
    if (sources.has(entry.name))
      throw invalid('DATA_SOURCES_FILE', `two sources have the name ${entry.name}.`);
    sources.set(entry.name, sourceOf(entry));
  }
  return sources;
}

function entriesOf({ path, text }: SourcesFile): SourceEntry[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid('DATA_SOURCES_FILE', `${path} is not JSON: ${(cause as Error).message}.`, cause);
  }
  const { success, data, error } = FILE.safeParse(json);
  if (success) return data.sources;
  const [issue] = error.issues;
  throw invalid('DATA_SOURCES_FILE', `${path}: ${issue?.path.join('.')}: ${issue?.message}.`, error);
}

function sourceOf(entry: SourceEntry): BarsSource {
  const { name, kind, terms = null, requests_per_minute = PER_MINUTE[kind] } = entry;
  const others = { terms, requests_per_minute };
  switch (entry.kind) {
    case 'binance':
      return new BinanceSource(name, withoutSlash(entry.url), others);
    case 'kraken':
      return new KrakenSource(name, withoutSlash(entry.url), others);
    case 'csv':
      return new CsvSource(name, entry.url, { adjust: entry.adjust ?? 'none' }, others);
    case 'ccxt':
      return new CcxtSource(
        name,
        { exchange: entry.exchange, hosts: entry.hosts, options: entry.options ?? {} },
        others,
      );
  }
}

/** True for a template whose host does not depend on the symbol. */
function hasSymbol(template: string): boolean {
  const [one, other] = ['A', 'B'].map((symbol) => template.replaceAll('{symbol}', symbol)) as [
    string,
    string,
  ];
  return one !== other && URL.canParse(one) && new URL(one).origin === new URL(other).origin;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function invalid(name: string, problem: string, cause?: unknown): KtrdrError {
  return new KtrdrError('invalid_setting', `The setting ${name} is not valid: ${problem}`, {
    details: { name },
    cause,
  });
}
