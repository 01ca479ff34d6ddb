import { Readable } from 'node:stream';
import { KtrdrError } from '@ktrdr/contracts';
import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { addRouteConfig, routeConfigOf } from './route-config.js';

const BYTES = 'application/octet-stream';

/** The route takes a file: its body is a stream of bytes, which {@link bytesOf} returns unread. The handler must limit its size. */
export const TakesBytes = (): MethodDecorator =>
  applyDecorators(
    addRouteConfig({ takesBytes: true } satisfies ByteConfig),
    ApiConsumes(BYTES),
    ApiBody({ required: true, schema: { type: 'string', format: 'binary' } }),
  );

interface ByteConfig {
  takesBytes?: boolean;
}

export function takesBytes(request: FastifyRequest): boolean {
  return routeConfigOf<ByteConfig>(request).takesBytes === true;
}

/** A request whose body was not read yet. */
export interface ByteRequest {
  body: unknown;
}

/** @throws KtrdrError `unsupported_media_type` if the body is missing or is not sent as bytes */
export function bytesOf({ body }: ByteRequest): Readable {
  if (body instanceof Readable) return body;
  throw new KtrdrError('unsupported_media_type', `Send the file's bytes as content-type: ${BYTES}.`);
}
