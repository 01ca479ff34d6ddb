import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HEALTH_CHECKS, HealthController, type NamedHealthCheck } from './health.controller.js';

/** `GET /health`, with the checks that the app names. */
@Module({})
export class HealthModule {
  static register(
    checks: Pick<FactoryProvider<NamedHealthCheck[]>, 'inject' | 'useFactory'> &
      Pick<DynamicModule, 'imports'>,
  ): DynamicModule {
    return {
      module: HealthModule,
      // what is down stands in the answer; a log line for every poll says nothing more
      imports: [TerminusModule.forRoot({ logger: false }), ...(checks.imports ?? [])],
      controllers: [HealthController],
      providers: [{ provide: HEALTH_CHECKS, inject: checks.inject, useFactory: checks.useFactory }],
    };
  }
}
