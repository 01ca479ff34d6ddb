import type { EngineChoice, EngineName, EngineSetting } from '@ktrdr/contracts';
import type { Engine } from './engine.js';

/**
 * Decides once, before a run, which engine computes it: the first of the candidates that is to be had.
 *
 * @throws KtrdrError `engine_unavailable` when no engine of the setting is to be had; the message says why and what to do
 */
export declare function resolveEngine(setting: EngineSetting): Promise<EngineChoice>;

/**
 * Loads an engine into this process. A process holds one at a time.
 *
 * @throws KtrdrError `engine_unavailable`
 */
export declare function createEngine(name: EngineName): Promise<Engine>;
