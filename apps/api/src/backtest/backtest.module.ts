import { KtrdrError } from '@ktrdr/contracts';
import { OperationsService, type Clock, type OrchestratorLogger } from '@ktrdr/orchestrator';
import { CLOCK, ORCHESTRATOR_LOGGER } from '@ktrdr/service-kit';
import { mostPredictionMb } from '@ktrdr/training-operation';
import { Module } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../config.js';
import type { TrialLedger } from '@ktrdr/operation-store';
import { TRIAL_LEDGER } from '../settings.module.js';
import { TrialJudge } from '../training/trial-judge.js';
import { BacktestController } from './backtest.controller.js';
import { BacktestFiles } from './backtest-files.js';
import { BacktestManager } from './backtest-manager.js';

@Module({
  controllers: [BacktestController],
  providers: [
    {
      provide: BacktestFiles,
      inject: [API_SETTINGS, OperationsService],
      useFactory: async ({ stateDir }: ApiSettings, operations: OperationsService) => {
        const files = new BacktestFiles(stateDir);
        await files.removeStale((id) => isKnown(operations, id));
        return files;
      },
    },
    {
      provide: BacktestManager,
      inject: [API_SETTINGS, OperationsService, ORCHESTRATOR_LOGGER, CLOCK, BacktestFiles, TRIAL_LEDGER],
      useFactory: (
        { modelsDir, dataDir, stateDir, trainingLimits }: ApiSettings,
        operations: OperationsService,
        logger: OrchestratorLogger,
        clock: Clock,
        files: BacktestFiles,
        trials: TrialLedger,
      ) =>
        new BacktestManager(
          { operations, logger },
          { modelsDir, dataDir, stateDir },
          files,
          new TrialJudge(trials, clock),
          clock,
          mostPredictionMb(trainingLimits.memoryMb),
        ),
    },
  ],
})
export class BacktestModule {}

async function isKnown(operations: OperationsService, id: string): Promise<boolean> {
  try {
    await operations.get(id);
    return true;
  } catch (error) {
    if (error instanceof KtrdrError && error.code === 'operation_not_found') return false;
    throw error;
  }
}
