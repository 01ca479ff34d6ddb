import { OperationsService, type Clock } from '@ktrdr/orchestrator';
import { CLOCK } from '@ktrdr/service-kit';
import { EngineSelector } from '@ktrdr/trainer';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import { HostsModule } from '../hosts/hosts.module.js';
import { HostsService } from '../hosts/hosts.service.js';
import { SERVICE_VERSION } from '../settings.module.js';
import { DoctorController } from './doctor.controller.js';
import { DoctorService } from './doctor.service.js';

@Module({
  imports: [HostsModule],
  controllers: [DoctorController],
  providers: [
    {
      provide: DoctorService,
      inject: [API_SETTINGS, OperationsService, HostsService, CLOCK, SERVICE_VERSION],
      useFactory: (
        settings: ApiSettings,
        operations: OperationsService,
        hosts: HostsService,
        clock: Clock,
        version: string,
      ) => new DoctorService({ settings, operations, hosts, engines: new EngineSelector(), clock, version }),
    },
  ],
})
export class DoctorModule {}
