/** Program: answers one `PredictionRun` or `DecisionsRun`. */
import type { ModelDecisions, PredictResponse } from '@ktrdr/contracts';
import { answerRequest } from '@ktrdr/programs';
import { treatDenormalsAsZero } from '../engines/onnx/denormals.js';
import { decideTestPart, type DecisionsRun } from './decide-test-part.js';
import { predict, type PredictionRun } from './predict.js';

// as in training: a prediction is the same, bit for bit
treatDenormalsAsZero();
answerRequest<PredictionRun | DecisionsRun, PredictResponse | ModelDecisions>((run) =>
  'barsState' in run ? decideTestPart(run) : predict(run),
);
