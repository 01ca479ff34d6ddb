import { execFileSync } from 'node:child_process';
import { link, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hostileNames, mutated as mutatedBytes, mutations, type Mutation } from '@ktrdr/files/testing';
import { checksumsOf, metadataOf, modelFilesOf } from '@ktrdr/trainer/testing';
import fc, { type Arbitrary } from 'fast-check';
import { damaged } from '../document.js';
import { mutated } from '../mutate.js';
import type { Target } from '../target.js';
import { World } from '../world.js';

const MODEL = 'momentum/1h_v1';
const FILES = ['model.onnx', 'strategy.yaml', 'features.json', 'metrics.json', 'metadata.json'];

/** What takes the place of a file. */
type Special = 'link' | 'pipe' | 'folder' | 'nothing';

interface Case {
  /** The content of each file. */
  files: Record<string, Uint8Array>;
  specials: Record<string, Special>;
  /** The model's folder, or that of its strategy, is a link. */
  linked: 'model' | 'strategy' | null;
}

function cases(): Arbitrary<Case> {
  const whole = modelFilesOf();
  const contents = fc.record(
    Object.fromEntries(Object.entries(whole).map(([name, content]) => [name, changedFile(name, content)])),
  );
  const files = contents.chain((others) => {
    const changed = { ...whole, ...others };
    return fc
      .tuple(metadataTexts(changed), metadataTexts(whole), fc.boolean())
      .map(([right, wrong, isRight]) => ({ ...changed, 'metadata.json': isRight ? right : wrong }));
  });
  const special = fc.constantFrom<Special>('link', 'pipe', 'folder', 'nothing');
  return fc.record({
    files,
    specials: fc.oneof(
      { weight: 4, arbitrary: fc.constant({}) },
      {
        weight: 1,
        arbitrary: fc.dictionary(fc.constantFrom(...FILES), special, { noNullPrototype: true }),
      },
    ),
    linked: fc.oneof(
      { weight: 15, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.constantFrom('model' as const, 'strategy' as const) },
    ),
  });
}

/** Usually unchanged, because a model is refused at its first invalid file. */
function changedFile(name: string, content: Uint8Array): Arbitrary<Uint8Array> {
  const bytes = mutations.map((changes: Mutation[]) => mutatedBytes(content, changes));
  const other = name.endsWith('.json') ? fc.oneof(bytes, jsonTexts(fc.constant(parsed(content)))) : bytes;
  return fc.oneof({ weight: 3, arbitrary: fc.constant(content) }, { weight: 1, arbitrary: other });
}

/** `metadata.json` with the checksums of these files, unchanged or changed, also with file names that no model has. */
function metadataTexts(files: Record<string, Uint8Array>): Arbitrary<Uint8Array> {
  const metadata = metadataOf({ checksums: checksumsOf(files) });
  const names = fc
    .dictionary(hostileNames, fc.constant('a'.repeat(64)), { minKeys: 1, maxKeys: 3 })
    .map((checksums) => ({ ...metadata, checksums: { ...metadata.checksums, ...checksums } }));
  // a later format may have other files
  const later = names.map((value) => ({ ...value, format: 4 }));
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(Buffer.from(JSON.stringify(metadata))) },
    { weight: 4, arbitrary: jsonTexts(fc.constant(metadata)) },
    { weight: 1, arbitrary: fc.oneof(names, later).map((value) => Buffer.from(JSON.stringify(value))) },
  );
}

function jsonTexts(values: Arbitrary<unknown>): Arbitrary<Uint8Array> {
  const texts = mutated(values).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof({ weight: 4, arbitrary: texts }, damaged(texts)).map((text) => Buffer.from(text));
}

function parsed(content: Uint8Array): unknown {
  return JSON.parse(Buffer.from(content).toString('utf8'));
}

/** Models that somebody else has copied into the folder of the API, shown and listed by it. */
export async function models(world: World): Promise<Target<Case>> {
  const { sandbox } = world;
  await world.api();
  const modelsDir = world.modelsDir;
  const elsewhere = sandbox.path('copied-models');
  const pipe = sandbox.path('pipe');
  execFileSync('mkfifo', [pipe]);

  async function plant({ files, specials, linked }: Case): Promise<void> {
    for (const directory of [join(modelsDir, 'momentum'), elsewhere])
      await rm(directory, { recursive: true, force: true });
    const [strategy = '', version = ''] = MODEL.split('/');
    const root = linked === 'strategy' ? join(elsewhere, strategy) : join(modelsDir, strategy);
    const directory = linked === 'model' ? join(elsewhere, version) : join(root, version);
    await mkdir(root, { recursive: true });
    await mkdir(directory, { recursive: true });
    if (linked === 'strategy') await symlink(root, join(modelsDir, strategy));
    if (linked === 'model') await symlink(directory, join(root, version));
    for (const [name, content] of Object.entries(files)) {
      const path = join(directory, name);
      const special = specials[name];
      if (special === undefined) await writeFile(path, content);
      else if (special === 'link') await symlink(world.secret, path);
      else if (special === 'pipe') await link(pipe, path);
      else if (special === 'folder') await mkdir(path);
    }
  }

  return {
    cases: cases(),
    check: async (one) => {
      await plant(one);
      const read = (path: string) => world.request({ method: 'GET', path, headers: {}, body: null });
      const shown = await read(`/models/${MODEL}`);
      if (shown.status !== 200) checkCode(shown.text, one.linked === null ? DAMAGED : ABSENT);
      const listed = await read('/models');
      if (listed.status !== 200) throw new Error(`the list answers ${listed.status}: ${listed.text}`);
      if (shown.status === 200 && (one.linked !== null || Object.values(one.specials).length > 0))
        throw new Error('a model was read that is not a folder of files');
    },
  };
}

const DAMAGED = ['model_damaged', 'model_unsupported'];
/** A link is not a folder, so there is no model. */
const ABSENT = ['model_not_found', ...DAMAGED];

function checkCode(text: string, codes: readonly string[]): void {
  const { error } = JSON.parse(text) as { error: { code: string } };
  if (!codes.includes(error.code)) throw new Error(`the model was refused with ${error.code}: ${text}`);
}
