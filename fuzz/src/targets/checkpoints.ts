import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { mutated as mutatedBytes, mutations } from '@ktrdr/files/testing';
import { watchingLoop } from '@ktrdr/service-kit/testing';
import { CheckpointFiles } from '@ktrdr/trainer';
import { CHECKPOINT_NETWORK, checkpointBytes, checkpointOf } from '@ktrdr/trainer/testing';
import fc, { type Arbitrary } from 'fast-check';
import { mutated } from '../mutate.js';
import { checkRefusal } from '../refusal.js';
import type { Target } from '../target.js';
import { withoutHold } from '../without-hold.js';
import type { World } from '../world.js';

/** Bytes before the header: a name, the format, and the length of the header. */
const PREFIX_BYTES = 16;
const LENGTH_AT = 12;
const CHECKSUM_BYTES = 32;

/** Checkpoints with other bytes, another header, or both. A checksum can be made right again: whoever sends one can do that. */
function files(): Arbitrary<Buffer> {
  const whole = checkpointBytes();
  const content = whole.subarray(0, -CHECKSUM_BYTES);
  const headerEnd = PREFIX_BYTES + whole.readUInt32LE(LENGTH_AT);
  const header: unknown = JSON.parse(whole.toString('utf8', PREFIX_BYTES, headerEnd));
  const arrays = content.subarray(headerEnd);
  const damaged = mutations.map((changes) => mutatedBytes(whole, changes));
  const signed = mutations.map((changes) => withChecksum(mutatedBytes(content, changes)));
  const otherHeader = mutated(fc.constant(header)).map((value) => {
    const text = Buffer.from(JSON.stringify(value) ?? '');
    const prefix = Buffer.from(whole.subarray(0, PREFIX_BYTES));
    prefix.writeUInt32LE(text.length, LENGTH_AT);
    return withChecksum(Buffer.concat([prefix, text, arrays]));
  });
  return fc.oneof(
    { weight: 2, arbitrary: damaged },
    { weight: 3, arbitrary: signed },
    { weight: 5, arbitrary: otherHeader },
  );
}

function withChecksum(content: Buffer): Buffer {
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

/** The file in pieces, as a request brings it. */
async function* inPieces(file: Buffer, length: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += length) yield file.subarray(at, at + length);
}

interface Case {
  file: Buffer;
  /** Length of a piece. */
  piece: number;
}

/** Checkpoints that a host receives from another machine, and reads back. */
export async function checkpoints({ sandbox }: World): Promise<Target<Case>> {
  const { identity } = checkpointOf();
  return {
    cases: fc.record({ file: files(), piece: fc.constantFrom(7, 100, 100_000) }),
    check: async ({ file, piece }) => {
      await withoutHold(() =>
        watchingLoop(async () => {
          const directory = await mkdtemp(sandbox.path('checkpoints-'));
          try {
            await receiveAndRead(new CheckpointFiles(directory), inPieces(file, piece));
            await checkFiles(directory);
          } finally {
            await rm(directory, { recursive: true });
          }
        }),
      );
    },
  };

  async function receiveAndRead(
    checkpointFiles: CheckpointFiles,
    pieces: AsyncIterable<Uint8Array>,
  ): Promise<void> {
    try {
      await checkpointFiles.receive(pieces, CHECKPOINT_NETWORK);
    } catch (error) {
      const { message } = checkRefusal(error, ['checkpoint_refused']);
      // the caller names the checkpoint
      if (!message.startsWith('it ')) throw new Error(`the refusal continues no sentence: ${message}`);
      return;
    }
    await checkpointFiles.engine();
    try {
      const { checkpoint } = await checkpointFiles.read(identity, CHECKPOINT_NETWORK);
      const { parameters } = CHECKPOINT_NETWORK;
      if (checkpoint.states.some(({ state }) => state.engine.parameters.length !== parameters))
        throw new Error('an accepted checkpoint has another number of weights');
    } catch (error) {
      const { message } = checkRefusal(error, ['checkpoint_refused']);
      if (!/checkpoint-\d+\.ktrdr cannot be used: it belongs to another run/.test(message))
        throw new Error(`an accepted checkpoint cannot be read: ${message}`);
    }
  }
}

/** @throws an error if a refused checkpoint has left a file */
async function checkFiles(directory: string): Promise<void> {
  const left = (await readdir(directory)).filter((name) => !/^checkpoint-00000001\.ktrdr$/.test(name));
  if (left.length > 0) throw new Error(`these files remain: ${left.join(', ')}`);
}
