import { execFileSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

const source = (path: string): string => JSON.stringify(import.meta.resolve(`../dist/${path}`));

/** What a process computes after its first session: half of the least normal double. */
function halfOfLeastNormal(before: string): number {
  const program = `
    const { treatDenormalsAsZero } = await import(${source('engines/onnx/denormals.js')});
    const { modelGraph } = await import(${source('engines/onnx/model-graph.js')});
    const { inferModel, inputOf } = await import(${source('engines/onnx/infer-model.js')});
    const { initialParameters } = await import(${source('network/initial-parameters.js')});
    ${before}
    const spec = { type: 'mlp', inputs: 1, layers: [], outputs: 2 };
    const graph = modelGraph(spec, initialParameters(spec, 1), [{ feature: 'x', method: 'none' }]);
    await inferModel(graph, inputOf(Float64Array.of(1), 1));
    console.log(Float64Array.of(2.2250738585072014e-308)[0] / 2);
  `;
  const env = { ...process.env, NODE_OPTIONS: '' };
  return Number(
    execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8', env }),
  );
}

test('a program that asks for it computes with 0 instead of denormal numbers; others keep them', () => {
  expect(halfOfLeastNormal('treatDenormalsAsZero();')).toBe(0);
  expect(halfOfLeastNormal('')).toBeGreaterThan(0);
});
