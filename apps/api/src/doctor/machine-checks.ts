import { existsSync } from 'node:fs';
import { readFile, readdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { found, ok, type Finding } from './check.js';

/** Oldest Node that the services run on. */
const OLDEST_NODE = { major: 20, minor: 19 };

/** Free space on a disk, in MB: below the first one has to act, below the second trainings fail. */
const LITTLE_MB = 2_000;
const TOO_LITTLE_MB = 200;

/** Files that show a GPU on Linux; `/dev/dxg` is WSL's. A display without a GPU has no render node. */
const NVIDIA_GPUS = '/proc/driver/nvidia/gpus';
const RENDER_NODES = '/dev/dri';
const GPU_DEVICES = ['/dev/nvidia0', '/dev/dxg'];

export function checkNode(version: string, platform: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  const isTooOld = major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor);
  const summary = `Node ${version} on ${platform}`;
  if (!isTooOld) return ok(summary);
  return found('problem', summary, `Install Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer.`);
}

/** The space that this user may still write on the disk of a folder. */
export async function checkDisk(setting: string, folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1_000_000);
  const summary = `${(freeMb / 1_000).toFixed(1)} GB free for ${folder} (${setting})`;
  if (freeMb >= LITTLE_MB) return ok(summary);
  return found(
    freeMb < TOO_LITTLE_MB ? 'problem' : 'warning',
    summary,
    `Free some space, or set ${setting} to a folder on another disk. Old operations: DELETE /operations?older_than_days=N.`,
  );
}

/** Names of the GPUs that this machine shows; empty if it shows none. */
export async function findGpus(): Promise<string[]> {
  const names = await nvidiaGpus().catch(() => []);
  if (names.length > 0) return names;
  const nodes = await readdir(RENDER_NODES).catch(() => []);
  return [
    ...nodes.filter((name) => name.startsWith('renderD')).map((name) => join(RENDER_NODES, name)),
    ...GPU_DEVICES.filter((device) => existsSync(device)),
  ];
}

async function nvidiaGpus(): Promise<string[]> {
  const folders = await readdir(NVIDIA_GPUS);
  return Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(NVIDIA_GPUS, folder, 'information'), 'utf8');
      return /^Model:\s*(.+)$/m.exec(text)?.[1] ?? folder;
    }),
  );
}
