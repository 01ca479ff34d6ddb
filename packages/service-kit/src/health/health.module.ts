import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { HEALTH_CHECKS, HealthController, type NamedHealthCheck } from './health.controller.js';
import { LivenessController } from './liveness.controller.js';

/** `GET /live`, and `GET /health` with the checks of the app. */
@Module({})
export class HealthModule {
  static register(
    checks: Pick<FactoryProvider<NamedHealthCheck[]>, 'inject' | 'useFactory'> &
      Pick<DynamicModule, 'imports'>,
  ): DynamicModule {
    return {
      module: HealthModule,
      // the response says what is down; a log line per poll would add nothing
      imports: [TerminusModule.forRoot({ logger: false }), ...(checks.imports ?? [])],
      controllers: [HealthController, LivenessController],
      providers: [{ provide: HEALTH_CHECKS, inject: checks.inject, useFactory: checks.useFactory }],
    };
  }
}
