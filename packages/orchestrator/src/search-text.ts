import type { Operation } from '@ktrdr/contracts';

/** Fields of the metadata that people search for. */
const SEARCHED = ['strategy', 'model', 'symbols', 'symbol', 'timeframes', 'timeframe', 'file', 'source'];
/** Longest text, in characters: an import may name thousands of symbols. */
const MOST = 2_000;

/** What a search looks in, in lower case: the operation's id, strategy, model, symbols, timeframes, file and source. */
export function searchText({
  operation_id,
  metadata,
  result,
}: Pick<Operation, 'operation_id' | 'metadata' | 'result'>): string {
  const fields = SEARCHED.flatMap((name) => metadata[name as keyof typeof metadata] ?? []);
  const texts = [operation_id, ...fields, modelOf(result)].filter((text) => typeof text === 'string');
  return [...new Set(texts)].join(' ').toLowerCase().slice(0, MOST);
}

/** The words of a search, in lower case. */
export function searchWords(search: string | undefined): string[] {
  return [...new Set(search?.toLowerCase().match(/\S+/g))];
}

/** The model that a training has stored. */
function modelOf(result: unknown): unknown {
  return (result as { artifacts?: { model?: unknown } } | null)?.artifacts?.model;
}
