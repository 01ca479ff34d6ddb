import type { KtrdrError } from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { FastifyRequest } from 'fastify';
import { THIS_MACHINE, addressFilter, networkOf } from '../limits/client-network.js';
import { RequestBudgets } from '../limits/request-budgets.js';

/** Requests without a valid token that one address may send; ten seconds of them at once. */
const REFUSALS_PER_SECOND = 10;

/** Tells an address that tries tokens to stop. A valid token counts from every address, and this machine is not limited. */
export class RefusedTokens {
  private readonly budgets = new RequestBudgets(REFUSALS_PER_SECOND, 'requests without a valid token');
  private readonly isOwn = addressFilter(THIS_MACHINE);

  constructor(private readonly clock: Clock) {}

  /** The answer to a request without a valid token: `error`, or `too_many_requests` if its address has tried too often. */
  refusalOf({ ip }: Pick<FastifyRequest, 'ip'>, error: KtrdrError): KtrdrError {
    if (this.isOwn(ip)) return error;
    return this.budgets.refusalOf(networkOf(ip), this.clock.monotonic()) ?? error;
  }
}
