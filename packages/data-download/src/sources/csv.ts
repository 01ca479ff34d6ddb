import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KtrdrError, shown, type AdjustChoice, type DataSource } from '@ktrdr/contracts';
import { readImport } from '@ktrdr/data-import';
import type { BarsPage, BarsRequest, BarsSource } from '../bars-source.js';
import { sentAt, type SourceSession } from '../http/source-session.js';

/** Where a template has the symbol. */
const SYMBOL = '{symbol}';

/**
 * Daily bars as one CSV file for each symbol, from a URL such as `https://host/path?s={symbol}&i=d`. The file is read as an import reads
 * one: the file must say for certain what an import would ask.
 */
export class CsvSource implements BarsSource {
  readonly description: DataSource;
  readonly pageBars = Infinity;
  /** A market that closes at weekends has no bars then. */
  readonly neverCloses = false;
  readonly knowsItsBeginning = true;

  constructor(
    name: string,
    private readonly template: string,
    private readonly choices: { adjust: AdjustChoice },
    others: Pick<DataSource, 'terms' | 'requests_per_minute'>,
  ) {
    const hosts = [new URL(template.replaceAll(SYMBOL, 'A')).hostname];
    this.description = { name, kind: 'csv', hosts, timeframes: ['1d'], ...others };
  }

  async *bars({ symbol, timeframe }: BarsRequest, session: SourceSession): AsyncGenerator<BarsPage, void> {
    const response = await session.get(new URL(this.template.replaceAll(SYMBOL, encodeURIComponent(symbol))));
    const folder = await mkdtemp(join(tmpdir(), 'ktrdr-download-'));
    try {
      const file = { path: join(folder, 'bars.csv'), name: `${this.description.name}.csv` };
      await writeFile(file.path, response.body);
      const context = { now: session.now(), signal: session.signal };
      const { understood, bars } = await readImport(file, { symbol, timeframe, ...this.choices }, context);
      const [question] = understood.questions;
      if (question !== undefined)
        throw session.refused(`its file leaves a question open: ${question.message}`);
      const [only, ...others] = bars;
      if (only === undefined || others.length > 0)
        throw session.refused(`its file has bars of ${bars.length} symbols`);
      yield { bars: only, sentAt: sentAt(response), notes: understood.notes };
    } catch (error) {
      throw this.explained(error, response.body, session);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private explained(error: unknown, body: Buffer, session: SourceSession): unknown {
    if (!(error instanceof KtrdrError) || !error.code.startsWith('import_')) return error;
    const beginning = shown(body.toString('utf8', 0, 200));
    return session.refused(
      `its response, which begins with ${beginning}, cannot be imported: ${error.message.replace(/\.$/, '')}`,
      error,
    );
  }
}
