import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { ENGINE_NAMES, type EngineName, type EngineTime } from '@ktrdr/contracts';
import { engineVersion } from '../engines/engine-version.js';
import { sha256 } from '../files/checksum.js';

/** A damaged or foreign file is not read into memory. */
const MOST_BYTES = 1_000_000;
const FILE = 'engines.json';
const TEMPORARY = 'engines-';
/** Matches the folder names that `mkdtemp` makes from the prefix. */
const TEMPORARY_PATTERN = /^engines-[A-Za-z0-9]{6}$/;
/** Version of the file's format. */
const FORMAT = 1;

/** What was learned about the engines of one machine. */
export interface KnownEngines {
  /** Engines that have loaded, by the selector's keys. */
  loads: string[];
  /** Times of networks, oldest first: the candidates and the network as JSON, and the time of every candidate. */
  networks: [key: string, times: EngineTime[]][];
}

/**
 * Keeps what was learned about engines in `STATE_DIR/engines.json`, so that a service need not look for engines and time them again
 * after a restart. A file of another machine, of other versions, or a damaged one counts as missing. The file may be deleted at any
 * time. It holds only successes: an engine that did not load may load tomorrow.
 */
export class EngineMemory {
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly stateDir: string,
    /** Replaced in tests. */
    private readonly machine: () => string = describeMachine,
  ) {}

  /** Call it at start-up: it also removes folders that a killed service has left. */
  read(): KnownEngines {
    this.removeLeftovers();
    try {
      const text = readFileSync(join(this.stateDir, FILE));
      if (text.length > MOST_BYTES) return nothing();
      const { checksum, content } = JSON.parse(text.toString('utf8')) as Stored;
      if (checksum !== checksumOf(content)) return nothing();
      const { format, machine, known } = JSON.parse(content) as Content;
      return format === FORMAT && machine === this.machine() ? known : nothing();
    } catch {
      // missing, not readable or damaged: the service learns again
      return nothing();
    }
  }

  /** Another service that writes at this moment loses its folder. That service then stores nothing, and measures again. */
  private removeLeftovers(): void {
    try {
      for (const name of readdirSync(this.stateDir)) {
        if (TEMPORARY_PATTERN.test(name)) rmSync(join(this.stateDir, name), { recursive: true, force: true });
      }
    } catch {
      // missing or not writable: the next start tries again
    }
  }

  /** Writes the file whole or not at all, after earlier writes. Without a writable folder, nothing is kept. */
  write(known: KnownEngines): Promise<void> {
    const content = JSON.stringify({ format: FORMAT, machine: this.machine(), known } satisfies Content);
    this.writing = this.writing.then(() => this.replace(content)).catch(() => undefined);
    return this.writing;
  }

  private async replace(content: string): Promise<void> {
    await mkdir(this.stateDir, { recursive: true });
    const temporary = await mkdtemp(join(this.stateDir, TEMPORARY));
    try {
      const file = join(temporary, FILE);
      await writeFile(file, JSON.stringify({ checksum: checksumOf(content), content } satisfies Stored));
      await rename(file, join(this.stateDir, FILE));
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

interface Stored {
  checksum: string;
  content: string;
}

interface Content {
  format: number;
  machine: string;
  known: KnownEngines;
}

function nothing(): KnownEngines {
  return { loads: [], networks: [] };
}

function checksumOf(content: string): string {
  return sha256(content);
}

/**
 * What engines and their times depend on: processor, GPUs and their driver, versions of Node, of ktrdr and of the engines' libraries.
 */
function describeMachine(): string {
  const [cpu] = cpus();
  return JSON.stringify({
    platform: `${process.platform} ${process.arch}`,
    cpu: cpu?.model,
    cores: cpus().length,
    gpus: gpus(),
    node: process.version,
    ktrdr: ownVersion(),
    engines: ENGINE_NAMES.map(versionOrNone),
  });
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function versionOrNone(engine: EngineName): string {
  try {
    return engineVersion(engine);
  } catch {
    // an optional package
    return `${engine} (not installed)`;
  }
}

/** On Linux: every display device, and NVIDIA's driver. Elsewhere a GPU is part of the machine. */
function gpus(): string[] {
  const devices = '/sys/class/drm';
  const cards = existsSync(devices) ? readdirSync(devices).filter((name) => /^card\d+$/.test(name)) : [];
  const files = cards.flatMap((card) =>
    ['vendor', 'device'].map((file) => join(devices, card, 'device', file)),
  );
  return ['/proc/driver/nvidia/version', ...files].map((file) => {
    try {
      return readFileSync(file, 'latin1').trim();
    } catch {
      return '';
    }
  });
}
