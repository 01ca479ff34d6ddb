import { Module, type DynamicModule } from '@nestjs/common';
import type { OpenOperationStore } from '@ktrdr/operation-store';
import { MetricsModule, OrchestratorModule } from '@ktrdr/service-kit';
import { ApiAccessModule } from './access/api-access.module.js';
import { BacktestModule } from './backtest/backtest.module.js';
import type { ApiSettings } from './config.js';
import { DataDownloadModule } from './data-download/data-download.module.js';
import { DataImportModule } from './data-import/data-import.module.js';
import { DoctorModule } from './doctor/doctor.module.js';
import { DummyModule } from './dummy/dummy.module.js';
import { ApiHealthModule } from './health/api-health.module.js';
import { HostsModule } from './hosts/hosts.module.js';
import { IndicatorsModule } from './indicators/indicators.module.js';
import { MarketDataModule } from './market-data/market-data.module.js';
import { ModelsModule } from './models/models.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { OperationsModule } from './operations/operations.module.js';
import { PageModule } from './page/page.module.js';
import { SettingsModule } from './settings.module.js';
import { StrategiesModule } from './strategies/strategies.module.js';
import { TrainingModule } from './training/training.module.js';

const HOUR_MS = 3_600_000;

/** The program that runs. */
export interface Build {
  version: string;
  /** Its folder, with the page. */
  dist: string;
}

/** The API. */
@Module({})
export class AppModule {
  static forRoot(settings: ApiSettings, store: OpenOperationStore, { version, dist }: Build): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.forRoot(settings, store, version),
        OrchestratorModule.forRoot({
          store,
          leaseMs: settings.leaseMs,
          onInterrupt: settings.onInterrupt,
          mostAttemptMs: settings.operationMaxHours === 0 ? undefined : settings.operationMaxHours * HOUR_MS,
          mostWaiting: settings.operationsMaxWaiting,
        }),
        ApiAccessModule,
        ApiHealthModule,
        MetricsModule,
        OperationsModule,
        DummyModule,
        StrategiesModule,
        IndicatorsModule,
        ModelsModule,
        MarketDataModule,
        DataDownloadModule,
        DataImportModule,
        TrainingModule,
        BacktestModule,
        HostsModule,
        DoctorModule,
        NotificationsModule,
        PageModule.forRoot(dist),
      ],
    };
  }
}
