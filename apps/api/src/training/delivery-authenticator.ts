import { KtrdrError, trainingJobId } from '@ktrdr/contracts';
import type { Authenticator, Caller } from '@ktrdr/service-kit';
import type { FastifyRequest } from 'fastify';
import type { Delivery, DeliverySecrets } from './delivery-secrets.js';
import type { TrainingQueue } from './training-queue.js';

/** Parameters of the routes for the files of a delivery. */
interface FileParameters {
  id: string;
  /** Number of the delivery. */
  delivery?: string;
  symbol?: string;
  timeframe?: string;
}

const SCHEME = /^delivery ([0-9a-f]{64})$/i;

/**
 * Accepts a host of the queue that has a training now: `Authorization: Delivery <secret>`, with the secret that the API has sent it
 * with this delivery. The host reaches the checkpoint and files of that training only, and the bars of its strategy only.
 *
 * A wrong or missing secret, the secret of an earlier delivery, and an unknown operation get the same answer in the same way. The
 * operation of the request is never looked up: only the secret decides.
 */
export class DeliveryAuthenticator implements Authenticator {
  constructor(
    private readonly secrets: DeliverySecrets,
    private readonly queue: Pick<TrainingQueue, 'currentDelivery'> | null,
  ) {}

  /** @throws KtrdrError `delivery_not_found`; with the secret of a delivery also `queue_unreachable` */
  async authenticate({ headers, params }: Pick<FastifyRequest, 'headers' | 'params'>): Promise<Caller> {
    const secret = SCHEME.exec(headers.authorization ?? '')?.[1] ?? '';
    const delivery = await this.secrets.find(secret.toLowerCase());
    if (delivery === null || !allows(delivery, params as FileParameters) || !(await this.isCurrent(delivery)))
      throw notFound();
    return { name: `host of ${delivery.operationId}`, role: null, tokenId: null };
  }

  /** Only the newest delivery of a job counts (I13). */
  private async isCurrent({ operationId, attempt, delivery }: Delivery): Promise<boolean> {
    const current = await this.queue?.currentDelivery(trainingJobId(operationId, attempt));
    return current === delivery;
  }
}

function allows(of: Delivery, { id, delivery, symbol, timeframe }: FileParameters): boolean {
  if (id !== of.operationId) return false;
  if (delivery !== undefined && delivery !== String(of.delivery)) return false;
  return (
    symbol === undefined || of.bars.some((bars) => bars.symbol === symbol && bars.timeframe === timeframe)
  );
}

function notFound(): KtrdrError {
  return new KtrdrError(
    'delivery_not_found',
    'No training that is delivered to a host now has these files for this secret. Only the host that the queue has given a training to reaches its files, with the secret of that delivery; after another host has taken it over, the secret is refused. Hosts of earlier versions send no secret: update them.',
  );
}
