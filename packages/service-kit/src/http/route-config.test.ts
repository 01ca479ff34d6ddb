import 'reflect-metadata';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { expect, test } from '@jest/globals';
import { Requires } from '../access/route-access.js';
import { PlainAnswer } from './success-envelope.js';

test('decorators of a handler keep the route configuration of each other, in any order', () => {
  class Routes {
    @PlainAnswer()
    @Requires('read')
    first(): void {}

    @Requires('read')
    @PlainAnswer()
    second(): void {}
  }
  for (const name of ['first', 'second']) {
    const { value } = Object.getOwnPropertyDescriptor(Routes.prototype, name) as { value: object };
    expect(Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, value)).toMatchObject({
      plainAnswer: true,
      access: { kind: 'role', role: 'read' },
    });
  }
});
