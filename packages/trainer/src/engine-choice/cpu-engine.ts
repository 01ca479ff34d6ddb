import type { EngineChoice, EngineName } from '@ktrdr/contracts';
import { parameterLayout } from '../network/model-spec.js';
import type { TrialNetwork } from './trial-network.js';

/**
 * Multiplications of a batch's forward pass up to which `wasm` is faster than `onnx`. A step of `wasm` has less overhead; ONNX Runtime
 * multiplies faster. Measured for mlps of many sizes (docs/decisions/wasm-engine.md).
 */
const MOST_MULTIPLICATIONS = 1_000_000;

/**
 * If both `wasm` and `onnx` are available, which one to reject. The rule depends on the network and batch size alone, so a training
 * has the same CPU engine on every machine.
 */
export function slowerCpuEngine(
  engines: readonly EngineName[],
  network: TrialNetwork,
): EngineChoice['rejected'] {
  if (!engines.includes('wasm') || !engines.includes('onnx')) return [];
  const engine = fasterCpuEngine(network) === 'wasm' ? 'onnx' : 'wasm';
  return [{ engine, reason: 'slower for a network and batch of this size' }];
}

/** The CPU engine that the rule chooses, if both engines can train the network. */
export function fasterCpuEngine(network: TrialNetwork): 'wasm' | 'onnx' {
  return multiplications(network) <= MOST_MULTIPLICATIONS ? 'wasm' : 'onnx';
}

function multiplications({ model, batchSize }: TrialNetwork): number {
  const kernels = parameterLayout(model).filter(({ role }) => role !== 'bias');
  return batchSize * kernels.reduce((sum, { size }) => sum + size, 0);
}
