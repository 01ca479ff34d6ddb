/** Program: answers one `PredictionRun`. */
import type { PredictResponse } from '@ktrdr/contracts';
import { answerRequest } from '@ktrdr/programs';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { predict, type PredictionRun } from './predict.js';

// as in training: a prediction is the same, bit for bit
treatDenormalsAsZero();
answerRequest<PredictionRun, PredictResponse>((run) => predict(run));
