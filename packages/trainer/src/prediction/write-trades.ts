import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { tradesCsv } from '@ktrdr/backtest';
import { storageError, type Trade } from '@ktrdr/contracts';

/** Trades written at once: a text of a few megabytes. */
const TRADES_AT_ONCE = 10_000;

/**
 * Writes `trades.csv` and `trades.json` into a folder.
 *
 * @throws KtrdrError `disk_full`, `storage_failed`
 */
export async function writeTrades(directory: string, trades: readonly Trade[]): Promise<void> {
  try {
    await writeParts(join(directory, 'trades.csv'), csvParts(trades));
    await writeParts(join(directory, 'trades.json'), jsonParts(trades));
  } catch (error) {
    throw storageError(error, `writing the trades into ${directory}`, 'STATE_DIR');
  }
}

function* csvParts(trades: readonly Trade[]): Generator<string> {
  yield tradesCsv(trades.slice(0, TRADES_AT_ONCE));
  for (let from = TRADES_AT_ONCE; from < trades.length; from += TRADES_AT_ONCE) {
    const part = tradesCsv(trades.slice(from, from + TRADES_AT_ONCE));
    yield part.slice(part.indexOf('\n') + 1);
  }
}

/** One trade in a line, so that other programs can read the file in parts. */
function* jsonParts(trades: readonly Trade[]): Generator<string> {
  yield '[';
  for (let from = 0; from < trades.length; from += TRADES_AT_ONCE) {
    const part = trades.slice(from, from + TRADES_AT_ONCE).map((trade) => `\n${JSON.stringify(trade)}`);
    yield `${from === 0 ? '' : ','}${part.join(',')}`;
  }
  yield '\n]\n';
}

async function writeParts(file: string, parts: Iterable<string>): Promise<void> {
  const handle = await open(file, 'wx');
  try {
    for (const part of parts) await handle.write(part);
  } finally {
    await handle.close();
  }
}
