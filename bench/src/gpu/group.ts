import type { OnnxEngineName } from '@ktrdr/contracts';
import { createSession, mostPartsOf, tensor, UpdateCount, type Tensor } from '@ktrdr/trainer/testing';
import { groupGraph, type MlpSpec } from './group-graph.js';

/** The rows of all models of a group, the first model's first. */
export interface GroupBatch {
  /** `[models, b, inputs]` */
  features: Float32Array;
  /** `[models, b]` */
  targets: Int32Array;
}

interface State {
  parameters: Tensor;
  moments: [Tensor, Tensor];
}

/** Models of one shape that train together: Adam, cross-entropy, the same number of rows for each. */
export class Group {
  private readonly updates = new UpdateCount({ type: 'adam', weightDecay: 0, gradientClip: null });

  private constructor(
    private readonly session: Awaited<ReturnType<typeof createSession>>,
    private readonly model: MlpSpec,
    private readonly models: number,
    private state: State,
    private spare: State,
  ) {}

  /** @param parameters of all models, `[models, parameters]` */
  static async create(
    engine: OnnxEngineName,
    model: MlpSpec,
    parameters: readonly Float32Array[],
  ): Promise<Group> {
    const models = parameters.length;
    const session = await createSession(groupGraph(model, models, mostPartsOf(engine)), engine);
    const length = parameters[0]!.length;
    const empty = (): Tensor => tensor(new Float32Array(models * length), [models, length]);
    const own = new Float32Array(models * length);
    parameters.forEach((values, at) => own.set(values, at * length));
    const state: State = { parameters: tensor(own, [models, length]), moments: [empty(), empty()] };
    return new Group(session, model, models, state, { parameters: empty(), moments: [empty(), empty()] });
  }

  /** One step of each model. */
  async step({ features, targets }: GroupBatch, learningRate: number): Promise<void> {
    const { model, models, state, spare } = this;
    const { inputs, outputs } = model;
    const rows = targets.length / models;
    const oneHot = new Float32Array(targets.length * outputs);
    for (let row = 0; row < targets.length; row += 1) oneHot[row * outputs + targets[row]!] = 1;
    const { rate, epsilon } = this.updates.next(learningRate);
    const filled = (shape: number[], value: number): Tensor =>
      tensor(new Float32Array(shape.reduce((size, length) => size * length)).fill(value), shape);
    await this.session.run(
      {
        features: tensor(features, [models, rows, inputs]),
        targets: tensor(oneHot, [models, rows, outputs]),
        scales: filled([models, rows, outputs], 1 / rows),
        ones: filled([models, 1, rows], 1),
        descent: filled([models, 1], -rate),
        epsilon: filled([models, 1], epsilon),
        parameters: state.parameters,
        moment_0: state.moments[0],
        moment_1: state.moments[1],
      },
      {
        outputs: filled([models, rows, outputs], 0),
        next_parameters: spare.parameters,
        next_moment_0: spare.moments[0],
        next_moment_1: spare.moments[1],
      },
    );
    this.state = spare;
    this.spare = state;
  }

  /** A copy of one model's parameters. */
  parametersOf(index: number): Float32Array {
    const values = this.state.parameters.data as Float32Array;
    const length = values.length / this.models;
    return values.slice(index * length, (index + 1) * length);
  }

  dispose(): void {
    void this.session.release();
  }
}
