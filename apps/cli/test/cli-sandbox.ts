import { freePort } from '@ktrdr/contracts/testing';
import { ROOT, Sandbox, type TestProcess, type TestService } from '@ktrdr/service-kit/testing';

/** The built API on a port that stays the same over restarts, and the built CLI, in the repository's folder. */
export class CliSandbox {
  private api!: TestService;

  private constructor(
    readonly sandbox: Sandbox,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<CliSandbox> {
    const port = String(await freePort());
    const cli = new CliSandbox(await Sandbox.create(), { LEASE_MS: '2000', PORT: port, ...settings });
    await cli.startApi();
    return cli;
  }

  /** With a host name, so that the name lookup is tested too. */
  get url(): string {
    return `http://localhost:${this.settings.PORT}`;
  }

  async startApi(): Promise<void> {
    this.api = await this.sandbox.startApi('api', this.settings);
  }

  async killApi(): Promise<void> {
    this.api.kill('SIGKILL');
    await this.api.ended;
  }

  ktrdr(...args: string[]): TestProcess {
    return this.sandbox.ktrdr(this, args, { cwd: ROOT });
  }

  close(): Promise<void> {
    return this.sandbox.close();
  }
}
