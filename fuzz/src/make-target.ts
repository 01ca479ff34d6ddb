import type { Target, TargetName } from './target.js';
import { bars } from './targets/bars.js';
import { bodies } from './targets/bodies.js';
import { strategies } from './targets/strategies.js';
import type { World } from './world.js';

const MAKERS: Partial<Record<TargetName, (world: World) => Promise<unknown>>> = {
  strategies,
  bodies,
  bars,
};

export const MADE_TARGETS = Object.keys(MAKERS) as TargetName[];

export async function makeTarget(name: TargetName, world: World): Promise<Target<unknown>> {
  const make = MAKERS[name];
  if (make === undefined) throw new Error(`no target ${name}`);
  return (await make(world)) as Target<unknown>;
}
