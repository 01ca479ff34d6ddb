import {
  ENGINE_NAMES,
  TENSORFLOW_ENGINE_NAMES,
  type EngineChoice,
  type EngineName,
  type EngineSetting,
  type EngineTime,
} from '@ktrdr/contracts';
import type { ModelSettings } from '@ktrdr/strategy';
import { slowerCpuEngine } from './cpu-engine.js';
import { deviceOf, LAST_RESORT } from '../engines/engine-names.js';
import { checkEngineSupport, supportsModel } from '../engines/engine-support.js';
import type { EngineMemory } from './engine-memory.js';
import { ProcessTrials, type EngineTrials } from './engine-trial.js';
import { engineUnavailable } from '../engines/engine-unavailable.js';
import { fastestOf } from './fastest-engine.js';
import type { TrialNetwork } from './trial-network.js';
import { untilAborted } from './until-aborted.js';

/** The usable engines of a setting, in order of preference, and why the others are rejected. */
export interface EngineCandidates {
  /** At least one. */
  engines: EngineName[];
  rejected: EngineChoice['rejected'];
}

export interface ChooseOptions {
  /** Ends waiting and timing. */
  signal: AbortSignal;
  /** Called with a text before a step that takes some time. */
  onPhase: (phase: string) => void;
}

/** Result of timing the candidates. */
interface Measured {
  times: EngineTime[];
  rejected: EngineChoice['rejected'];
}

/** Maximum number of networks whose times are cached; much more than the strategies that one service trains in turn. */
const MOST_NETWORKS = 100;

/**
 * Chooses the engine of a run. `auto` takes one of the CPU engines `wasm` and `onnx` by the network's size. If other engines load
 * too, it times steps of the run's network and takes the fastest: a GPU is not always faster for a small network. `tensorflow` takes
 * the first available of GPU, CPU library, WebAssembly and plain JavaScript.
 *
 * A service needs one selector: it caches which engines load, and the measured times.
 */
export class EngineSelector {
  /** By `loadKey`. */
  private readonly loads = new Map<string, Promise<string | null>>();
  private readonly measured = new Map<string, Measured>();
  private hasRead = false;
  private writing: Promise<void> = Promise.resolve();
  /** The current timing. Two at a time would slow each other down. */
  private timing: Promise<unknown> | null = null;

  /** @param memory measurements stored on this machine; `null`: nothing is stored */
  constructor(
    private readonly memory: EngineMemory | null = null,
    private readonly trials: EngineTrials = new ProcessTrials(),
  ) {}

  /**
   * The engines that load here and can train the model type. Only `auto` can give several.
   *
   * @throws KtrdrError `engine_unavailable` if there is none: the message says why and what to do, and the next call tries again;
   * `engine_unsupported` if the setting's engine cannot train the model
   */
  async candidates(setting: EngineSetting, model: ModelSettings['type']): Promise<EngineCandidates> {
    this.readMemory();
    const rejected: EngineChoice['rejected'] = [];
    const engines: EngineName[] = [];
    for (const { names, isRace } of contenders(setting)) {
      // One after the other: at the same time they would slow each other down.
      for (const engine of names) {
        if (engines.length > 0 && !isRace) break;
        const reason =
          (await this.load(engine, engine === setting)) ?? this.unsupported(setting, engine, model);
        if (reason === null) engines.push(engine);
        else rejected.push({ engine, reason });
      }
    }
    if (engines.length > 0) return { engines, rejected };
    for (const { engine } of rejected) this.loads.delete(loadKey(engine, engine === setting));
    const reasons = rejected.map(({ engine, reason }) =>
      engine === setting ? reason : `${engine}: ${reason}`,
    );
    throw engineUnavailable(setting, reasons.join('; '), { rejected });
  }

  /**
   * Chooses the engine of one run. Times the candidates only if there are several and the network has not been timed before.
   *
   * @throws KtrdrError as `candidates`, and `engine_unavailable` if no candidate can train the network
   * @throws the signal's reason after an abort
   */
  async choose(
    setting: EngineSetting,
    network: TrialNetwork,
    { signal, onPhase }: ChooseOptions,
  ): Promise<EngineChoice> {
    this.readMemory();
    if (this.loads.size === 0) onPhase('looking for engines');
    const candidates = await untilAborted(this.candidates(setting, network.model.type), signal);
    const slower = slowerCpuEngine(candidates.engines, network);
    const engines = candidates.engines.filter((engine) => slower.every((one) => one.engine !== engine));
    const rejected = [...candidates.rejected, ...slower];
    const [only, another] = engines;
    if (only !== undefined && another === undefined) {
      return { engine: only, device: deviceOf(only), rejected, times: [] };
    }
    const { times, rejected: failed } = await this.measure(engines, network, { signal, onPhase });
    return fastestOf(setting, times, [...rejected, ...failed]);
  }

  /** Returns cached times of the network on these engines, or times them. */
  private async measure(
    engines: readonly EngineName[],
    network: TrialNetwork,
    { signal, onPhase }: ChooseOptions,
  ): Promise<Measured> {
    // an engine that loads only since then has no time yet
    const key = JSON.stringify({ engines, network });
    while (this.timing !== null && !this.measured.has(key)) {
      onPhase('waiting for engines to be timed');
      await untilAborted(this.timing, signal);
    }
    const known = this.measured.get(key);
    if (known !== undefined) return known;
    onPhase('timing engines');
    const timing = this.timeAll(engines, network, signal);
    this.timing = timing.catch(() => null);
    try {
      const measured = await timing;
      if (measured.times.length > 0) {
        this.remember(key, measured);
        this.writeLater();
      }
      return measured;
    } finally {
      this.timing = null;
    }
  }

  private load(engine: EngineName, isNamed: boolean): Promise<string | null> {
    const key = loadKey(engine, isNamed);
    const known = this.loads.get(key);
    if (known !== undefined) return known;
    const load = this.trials.load(engine, isNamed);
    this.loads.set(key, load);
    this.writeLater();
    return load;
  }

  /** An engine that was known to load has failed to load: the next choice tries all engines again. */
  async forget(engine: EngineName): Promise<void> {
    for (const isNamed of [true, false]) this.loads.delete(loadKey(engine, isNamed));
    this.measured.clear();
    this.writeLater();
    await this.writing;
  }

  /** Settles when all results so far are stored. */
  written(): Promise<void> {
    return this.writing;
  }

  private readMemory(): void {
    if (this.hasRead) return;
    this.hasRead = true;
    const { loads, networks } = this.memory?.read() ?? { loads: [], networks: [] };
    for (const key of loads) this.loads.set(key, Promise.resolve(null));
    for (const [network, times] of networks) this.remember(network, { times, rejected: [] });
  }

  private writeLater(): void {
    // a load that fails is reported by the caller
    if (this.memory !== null) this.writing = this.writing.then(() => this.write()).catch(() => undefined);
  }

  private async write(): Promise<void> {
    const loads: string[] = [];
    for (const [key, load] of this.loads) if ((await load) === null) loads.push(key);
    // an engine that failed in a timing may work in the next one
    const complete = [...this.measured].filter(([, { rejected }]) => rejected.length === 0);
    await this.memory?.write({ loads, networks: complete.map(([network, { times }]) => [network, times]) });
  }

  /** Why an engine cannot train the model, or `null`. Throws for a setting that names the engine: `auto` has other engines. */
  private unsupported(
    setting: EngineSetting,
    engine: EngineName,
    model: ModelSettings['type'],
  ): string | null {
    if (setting !== 'auto') checkEngineSupport(engine, model);
    return supportsModel(engine, model) ? null : `cannot train a model of type ${model}`;
  }

  private async timeAll(
    engines: readonly EngineName[],
    network: TrialNetwork,
    signal: AbortSignal,
  ): Promise<Measured> {
    const times: EngineTime[] = [];
    const rejected: EngineChoice['rejected'] = [];
    for (const engine of engines) {
      signal.throwIfAborted();
      const trial = await this.trials.time(engine, network, signal);
      if ('problem' in trial) rejected.push({ engine, reason: trial.problem });
      else times.push({ engine, ms_per_step: trial.msPerStep });
    }
    return { times, rejected };
  }

  private remember(key: string, measured: Measured): void {
    this.measured.set(key, measured);
    const [oldest] = this.measured.keys();
    if (this.measured.size > MOST_NETWORKS && oldest !== undefined) this.measured.delete(oldest);
  }
}

/** A software GPU loads only for a user who names its engine. */
function loadKey(engine: EngineName, isNamed: boolean): string {
  return isNamed ? `${engine}, named` : engine;
}

/** Groups of engines in order. A group counts only if the earlier ones are empty. In a race all that load are candidates, otherwise only the first. */
function contenders(setting: EngineSetting): { names: readonly EngineName[]; isRace: boolean }[] {
  switch (setting) {
    case 'auto':
      return [
        {
          names: ENGINE_NAMES.filter((engine) => !LAST_RESORT.includes(engine)),
          isRace: true,
        },
        { names: LAST_RESORT, isRace: false },
      ];
    case 'tensorflow':
      return [{ names: TENSORFLOW_ENGINE_NAMES, isRace: false }];
    default:
      return [{ names: [setting], isRace: false }];
  }
}
