/** Program: answers one `BacktestRequest`, and reports each step. */
import { answerRequest } from '@ktrdr/programs';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { backtestModel, type BacktestOutcome, type BacktestStep } from './backtest-model.js';
import type { BacktestRequest } from './run-backtest-process.js';

// as in training: a decision is the same, bit for bit
treatDenormalsAsZero();
answerRequest<BacktestRequest, BacktestOutcome, BacktestStep>(({ run, outputDir }, { step }) =>
  backtestModel(run, outputDir, step),
);
