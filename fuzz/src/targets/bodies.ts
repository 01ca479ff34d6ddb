import fc from 'fast-check';
import { routesOf, type Document } from '../document.js';
import type { SentRequest } from '../http.js';
import type { Target } from '../target.js';
import type { World } from '../world.js';

/** The metrics page is not JSON. A first token would lock this client out. A webhook would send messages to outside hosts. */
const SKIPPED = ['getMetrics', 'createToken', 'createWebhook'];

/** Requests to every route of the API, made from its own OpenAPI document. */
export async function bodies(world: World): Promise<Target<SentRequest>> {
  const model = await world.trainedModel();
  const [strategy = '', version = ''] = model.split('/');
  const ended = await world.endedOperation();
  const api = await world.api();
  const document = (await (await fetch(`${api.url}/openapi.json`)).json()) as Document;
  const known = {
    id: [ended, 'op_training_20260105T100000_k3f9a1b2'],
    strategy: [strategy],
    version: [version],
    models: [model, `${model},${model}`],
    strategy_name: ['quick', 'LINK', 'FIFO', 'FOLDER'],
    symbol: ['AAPL', 'LINK', 'FIFO', 'FOLDER', 'NONE'],
    symbols: ['AAPL', 'LINK', 'FIFO'],
    timeframe: ['1h'],
    timeframes: ['1h'],
    // a valid start runs at once: it must end soon
    duration_seconds: [0.001],
    iterations: [1, 2],
    dry_run: [true],
  };
  return {
    cases: fc.oneof(...routesOf(document, known, SKIPPED).map(({ requests }) => requests)),
    check: async (sent) => {
      await world.request(sent);
    },
  };
}
