import {
  urlWithoutLogin,
  type HostDescription,
  type HostList,
  type TrainingHostInfo,
} from '@ktrdr/contracts';
import type { Clock } from '@ktrdr/orchestrator';
import type { TrainingHostClient } from '../training/training-host-client.js';
import type { TrainingQueue } from '../training/training-queue.js';

/** A host of the queue is silent after this long without a heartbeat, ms. It is longer than several heartbeats. */
const SILENT_MS = 6_000;
/** Timeout of a request to the host, ms. */
const ANSWER_MS = 2_000;

/** The training hosts that the API knows. */
export class HostsService {
  constructor(
    private readonly queue: TrainingQueue | null,
    private readonly host: TrainingHostClient | null,
    private readonly clock: Clock,
  ) {}

  async list(): Promise<HostList> {
    if (this.queue !== null) return { mode: 'queue', hosts: await this.hostsOfQueue(this.queue) };
    if (this.host !== null) return { mode: 'host', hosts: [await this.theHost(this.host)] };
    return { mode: 'local', hosts: [] };
  }

  private async hostsOfQueue(queue: TrainingQueue): Promise<TrainingHostInfo[]> {
    const workers = await queue.workers();
    const now = this.clock.now();
    return workers.map(({ name, jobs, concurrency, description, lastHeartbeat }) => ({
      name,
      mode: 'queue',
      status: now - lastHeartbeat > SILENT_MS ? 'silent' : 'up',
      engines: description.engines,
      engine_setting: description.engine_setting,
      sessions_running: jobs.length,
      sessions_max: concurrency,
      // a job is named after its operation and attempt
      operations: jobs.map((jobId) => jobId.replace(/-\d+$/, '')),
      last_heartbeat: new Date(lastHeartbeat).toISOString(),
    }));
  }

  private async theHost(host: TrainingHostClient): Promise<TrainingHostInfo> {
    const description: HostDescription | null = await host
      .describe({ timeoutMs: ANSWER_MS })
      .catch(() => null);
    return {
      name: urlWithoutLogin(host.url),
      mode: 'direct',
      status: description === null ? 'silent' : 'up',
      engines: description?.engines ?? [],
      engine_setting: description?.engine_setting ?? null,
      sessions_running: description?.sessions_running ?? 0,
      sessions_max: description?.sessions_max ?? null,
      operations: null,
      last_heartbeat: description === null ? null : new Date(this.clock.now()).toISOString(),
    };
  }
}
