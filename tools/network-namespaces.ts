import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';

/** Two machines on one network, as network namespaces of this machine. Each knows the other by name. Needs root. */
export class TwoMachines {
  private constructor(private readonly names: readonly string[]) {}

  /** `machines`: DNS names. The first has the address 10.213.79.1, the second 10.213.79.2. */
  static create(machines: readonly [string, string]): TwoMachines {
    const id = process.pid;
    const names = machines.map((_machine, index) => `ktrdr-${index + 1}-${id}`);
    const two = new TwoMachines(names);
    try {
      const hosts = machines.map((machine, index) => `${two.address(index)} ${machine}\n`).join('');
      for (const name of names) {
        ip('netns', 'add', name);
        // `ip netns exec` puts these files over those in /etc
        mkdirSync(`/etc/netns/${name}`, { recursive: true });
        writeFileSync(`/etc/netns/${name}/hosts`, `127.0.0.1 localhost\n${hosts}`);
      }
      const [one = '', other = ''] = names;
      ip('link', 'add', 'eth0', 'netns', one, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', other);
      for (const [index, name] of names.entries()) {
        ip('-n', name, 'address', 'add', `${two.address(index)}/24`, 'dev', 'eth0');
        for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up');
      }
      return two;
    } catch (error) {
      two.remove();
      throw error;
    }
  }

  address(machine: number): string {
    return `10.213.79.${machine + 1}`;
  }

  /** A command that runs `command` on a machine, 0 or 1. */
  on(machine: number, command: readonly string[]): string[] {
    return ['ip', 'netns', 'exec', this.names[machine] ?? '', ...command];
  }

  remove(): void {
    for (const name of this.names) {
      try {
        ip('netns', 'delete', name);
      } catch {
        // it was not made
      }
      rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
    }
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
