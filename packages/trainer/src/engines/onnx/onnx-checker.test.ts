/** Stored graphs by the checker of the ONNX project itself, in Python. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { SYSTEM_PYTHON, pythonModule, requires } from '../../../../../tools/requirements.js';
import { initialParameters } from '../../network/initial-parameters.js';
import { inputWidth } from '../../network/model-spec.js';
import type { FittedNormalisation } from '../../data/normalisation.js';
import { networks } from '../../testing/networks.js';
import { modelGraph } from './model-graph.js';

/** Every rule that files of models have, in turn. */
const RULES: FittedNormalisation[] = [
  { method: 'none' },
  { method: 'minmax', min: 1 / 3, max: 7.1 },
  { method: 'zscore', mean: 4, std: 0 },
];

/** Checks each file, types and shapes included, and prints what goes in and comes out. */
const CHECK = `
import json, sys, onnx
for path in sys.argv[1:]:
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    def described(values):
        return [[value.name, value.type.tensor_type.elem_type,
                 [size.dim_value or size.dim_param for size in value.type.tensor_type.shape.dim]] for value in values]
    print(json.dumps([described(model.graph.input), described(model.graph.output)]))
`;

/** `TensorProto.DataType` */
const [FLOAT, DOUBLE] = [1, 11];

const { test } = requires(pythonModule('onnx'));

test('onnx.checker accepts model.onnx of every network', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'ktrdr-onnx-'));
  try {
    const models = ['relu', 'leaky_relu', 'tanh', 'sigmoid'].flatMap((activation) =>
      networks(activation as 'relu', 0.2),
    );
    const paths: string[] = [];
    for (const [index, model] of models.entries()) {
      const rules = Array.from({ length: model.inputs }, (_, input) => RULES[input % RULES.length]!);
      const path = join(directory, `${index}.onnx`);
      await writeFile(path, modelGraph(model, initialParameters(model, 5), rules));
      paths.push(path);
    }
    const { status, stdout, stderr } = spawnSync(SYSTEM_PYTHON, ['-c', CHECK, ...paths], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const described = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);
    expect(described).toEqual(
      models.map((model) => [
        [['features', DOUBLE, ['rows', inputWidth(model)]]],
        [['outputs', FLOAT, ['rows', model.outputs]]],
      ]),
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
