import { expect } from '@jest/globals';
import { ProcessTrials } from '../dist/engine-choice/engine-trial.js';
import { runTrainerProcess } from '../dist/process/run-trainer-process.js';
import { allAgreementCases } from '../dist/testing/index.js';
import { requires } from '../../../tools/requirements.js';
import { compareOnSoftwareGpu, DRIVER, failuresOf, softwareVulkan } from './fixtures/software-gpu.js';
import { engineChoice, strategyText, trainingRequest, workplace, writeBars } from './fixtures/training.js';

const { test } = requires(softwareVulkan());
const MINUTE = 60_000;

test(
  'on a software GPU, every network, optimiser and loss trains like onnx over 50 steps and resumes with the same bytes',
  async () => {
    const cases = allAgreementCases();
    const agreements = await compareOnSoftwareGpu(cases);
    expect(agreements).toHaveLength(cases.length);
    expect(failuresOf(agreements)).toEqual([]);
  },
  20 * MINUTE,
);

test('a user who names engine and driver trains a model on it', async () => {
  process.env['VK_DRIVER_FILES'] = DRIVER;
  const place = await workplace();
  try {
    expect(await new ProcessTrials().load('onnx-webgpu', true)).toBeNull();
    await writeBars(place.dataDir, 'AAA', '1h', 600);
    const { result } = await runTrainerProcess(
      trainingRequest(place, { strategy: strategyText({ epochs: 2 }), engine: engineChoice('onnx-webgpu') }),
      { signal: new AbortController().signal, graceMs: 1000, onProgress: () => undefined },
    );
    expect(result.resource_usage).toMatchObject({ engine: 'onnx-webgpu' });
  } finally {
    delete process.env['VK_DRIVER_FILES'];
    await place.remove();
  }
});
