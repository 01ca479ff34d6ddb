import { RouteConfig } from '@nestjs/platform-fastify';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import type { FastifyRequest } from 'fastify';

/** Adds to the configuration of a handler's route in Fastify. `RouteConfig` alone would replace what other decorators have added. */
export function addRouteConfig(config: object): MethodDecorator {
  return (target, key, descriptor) => {
    const known = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, descriptor.value as object) as object;
    RouteConfig({ ...known, ...config })(target, key, descriptor);
  };
}

/** The configuration of the route that Fastify has matched. */
export function routeConfigOf<T extends object>({ routeOptions }: FastifyRequest): Partial<T> {
  return routeOptions.config as Partial<T>;
}
