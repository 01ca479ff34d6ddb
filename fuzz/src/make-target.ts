import type { Target, TargetName } from './target.js';
import { bars } from './targets/bars.js';
import { bodies } from './targets/bodies.js';
import { imports } from './targets/imports.js';
import { checkpoints } from './targets/checkpoints.js';
import { messages } from './targets/messages.js';
import { models } from './targets/models.js';
import { strategies } from './targets/strategies.js';
import { tokens } from './targets/tokens.js';
import type { World } from './world.js';

const MAKERS: Record<TargetName, (world: World) => Promise<unknown>> = {
  strategies,
  bodies,
  bars,
  imports,
  checkpoints,
  models,
  messages,
  tokens,
};

export async function makeTarget(name: TargetName, world: World): Promise<Target<unknown>> {
  return (await MAKERS[name](world)) as Target<unknown>;
}
