import type { SuccessResponse } from '@ktrdr/contracts';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyReply } from 'fastify';
import { markSent } from './quick-handlers.js';
import { addRouteConfig, routeConfigOf } from './route-config.js';
import { WrittenJson } from './written-json.js';

interface PlainConfig {
  plainAnswer: boolean;
}

/** The response goes out without the envelope, because another program defines its format. */
export const PlainAnswer = (): MethodDecorator => addRouteConfig({ plainAnswer: true } satisfies PlainConfig);

const JSON_TYPE = 'application/json; charset=utf-8';

/**
 * Wraps what handlers return in `{ success: true, data }`. An interceptor of Nest could do it too, but its observables and
 * their asynchronous contexts take as much time as the rest of a small request.
 */
export class EnvelopeAdapter extends FastifyAdapter {
  override reply(reply: FastifyReply, returned: unknown, status?: number) {
    markSent(reply);
    // without Nest's checks of other kinds of bodies; Nest has set the status
    if (returned instanceof WrittenJson)
      return reply.header('content-type', JSON_TYPE).send(returned.envelope);
    if (routeConfigOf<PlainConfig>(reply.request).plainAnswer) return super.reply(reply, returned, status);
    return super.reply(reply, { success: true, data: returned } satisfies SuccessResponse<unknown>, status);
  }
}
