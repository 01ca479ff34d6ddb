import { Agent, get } from 'node:http';
import { percentile, type ReportRow } from '../report.js';

const WARM_UP = 50;
const PAGES = 1_000;
const TARGET_MS = 10;

/** Queries that read a list that is filtered in every way. A search reads the text of every operation. */
export const SEARCHES: Record<string, string> = {
  'first page': '',
  'a search that finds all': '?search=test_strategy',
  'a search that finds one': '?search=op_1234',
  'a search that finds nothing': '?search=nowhere',
  'several statuses and a search': '?status=failed,cancelled&search=aapl',
  'the last day': '?since=2026-01-05',
};

/** Queries of `GET /operations`: the first page, each filter, and a later page. */
export const QUERIES: Record<string, string> = {
  'first page': '',
  'a common status': '?status=completed',
  'a rare status': '?status=failed',
  'running operations': '?status=running',
  'a type': '?type=dummy',
  'a type and a common status': '?type=training&status=completed',
  'a type and a rare status': '?type=dummy&status=cancelled',
  'page 21': '?offset=1000',
};

/** Measures the API at `url`: ms per page of operations, one request after another. */
export async function pages(
  name: string,
  url: string,
  stored: number,
  queries: Record<string, string>,
): Promise<ReportRow[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const rows: ReportRow[] = [];
  for (const [what, query] of Object.entries(queries)) {
    const took: number[] = [];
    for (let page = -WARM_UP; page < PAGES; page++) {
      const start = performance.now();
      await answer(`${url}/operations${query}`, agent);
      if (page >= 0) took.push(performance.now() - start);
    }
    const measure = (share: string) =>
      `GET /operations, ${what}, of ${stored.toLocaleString('en')}, ${share}`;
    const [p50, p99] = [percentile(took, 0.5), percentile(took, 0.99)];
    rows.push(
      { store: name, measure: measure('p50'), value: p50, unit: 'ms', target: null, met: null },
      {
        store: name,
        measure: measure('p99'),
        value: p99,
        unit: 'ms',
        target: `< ${TARGET_MS}`,
        met: p99 < TARGET_MS,
      },
    );
  }
  agent.destroy();
  return rows;
}

/** Reads a whole response. @throws if its status is not 200 */
function answer(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.once('error', reject);
      response.once('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error(`${url}: HTTP ${response.statusCode}`)),
      );
    }).once('error', reject);
  });
}
