/** The WebGPU engine on a software Vulkan device. It needs no GPU, so it runs in `.ci/run` too. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect } from '@jest/globals';
import { providerProblem } from '../dist/engines/onnx/provider-problem.js';
import { OPTIMISER_TYPES } from '../dist/network/optimiser.js';
import { requires } from '../../../tools/requirements.js';
import { compareOnSoftwareGpu, DRIVER, failuresOf, softwareVulkan } from './fixtures/software-gpu.js';

const { test } = requires(softwareVulkan());
const noGpu = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'].find((device) => existsSync(device));
const { test: testWithoutGpu } = requires(softwareVulkan(), {
  missing: noGpu === undefined ? null : `a GPU is here: ${noGpu}`,
  isSystemPackage: false,
});

beforeEach(() => {
  process.env['VK_DRIVER_FILES'] = DRIVER;
});
afterEach(() => {
  delete process.env['VK_DRIVER_FILES'];
});

// The device is slow, so every network has a test file of its own, a long one: software-gpu-agreement.test.ts.
test('a small mlp trains like onnx over 50 steps with every optimiser, and resumes with the same bytes', async () => {
  const layers = [{ units: 8, activation: 'leaky_relu' as const, dropout: 0.2 }];
  const agreements = await compareOnSoftwareGpu(
    OPTIMISER_TYPES.map((optimiser) => ({
      model: { type: 'mlp', inputs: 4, layers, outputs: 3 },
      optimiser,
      loss: 'cross_entropy',
    })),
  );
  expect(agreements.map(({ optimiser }) => optimiser)).toEqual(OPTIMISER_TYPES);
  expect(failuresOf(agreements)).toEqual([]);
});

testWithoutGpu('auto refuses the device; a user who names engine and driver gets it', () => {
  expect(providerProblem('onnx-webgpu', false)).toMatch(/^there is no GPU: no \/dev\/dri\/renderD\*/);
  expect(providerProblem('onnx-webgpu', true)).toBeNull();
  delete process.env['VK_DRIVER_FILES'];
  expect(providerProblem('onnx-webgpu', true)).toMatch(/VK_DRIVER_FILES does not name the driver/);
});
