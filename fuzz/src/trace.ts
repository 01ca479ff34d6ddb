import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';

/** System calls that open, change or remove a file, start a program, or open a connection. */
const CALLS =
  'open,openat,openat2,creat,execve,execveat,connect,bind,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,symlink,symlinkat,link,linkat,truncate';

/** What the traced process may open. */
export interface Allowed {
  /** Files and folders below these may be read and written. */
  own: readonly string[];
  /** Files below these may be read. */
  readable: readonly string[];
  /** Ports of 127.0.0.1 that it may listen on or connect to. */
  ports: readonly number[];
}

/**
 * Traces a process and its children with strace: every path that they open, also from native libraries, with the file that it
 * led to, and every address. It does not see what io_uring opens (Node does not use it by default), what another process
 * opens for them, nor a file that was open before.
 */
export class Trace {
  private position = 0;
  private rest = '';

  constructor(private readonly file: string) {}

  /** False if strace is missing, or may not trace. */
  static isPossible(): boolean {
    return spawnSync('strace', ['-f', '--seccomp-bpf', '-o', '/dev/null', 'true']).status === 0;
  }

  /** Text that runs before a command in a shell, and makes strace run it. */
  get shell(): string {
    // -D: the traced process stays the child of its parent; -y: with the path that each descriptor leads to
    return `exec strace -D -f -y -qq -s 256 --seccomp-bpf -e signal=none -e trace=${CALLS} -o '${this.file}' "$0" "$@"`;
  }

  /** Accesses since the last call that are not allowed. */
  violations(allowed: Allowed): string[] {
    return this.newLines().flatMap((line) => problemOf(line, allowed) ?? []);
  }

  /** Forgets the accesses until now. */
  skip(): void {
    this.newLines();
  }

  private newLines(): string[] {
    if (!existsSync(this.file)) return [];
    const descriptor = openSync(this.file, 'r');
    try {
      const chunk = Buffer.alloc(1 << 20);
      for (;;) {
        const read = readSync(descriptor, chunk, 0, chunk.length, this.position);
        if (read === 0) break;
        this.position += read;
        this.rest += chunk.toString('latin1', 0, read);
      }
    } finally {
      closeSync(descriptor);
    }
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    return lines;
  }
}

const CALL = /^\d+ +(?:<\.\.\. )?(?<call>\w+)(?: resumed>)?\(?(?<rest>.*)$/;
const WRITES = /^(creat|unlink|rename|mkdir|rmdir|symlink|link|truncate)|O_(WRONLY|RDWR|CREAT|TRUNC)/;

/** What is wrong with one line of strace; `null`: nothing. */
function problemOf(line: string, allowed: Allowed): string | null {
  const { call = '', rest = '' } = CALL.exec(line)?.groups ?? {};
  if (call === 'connect' || call === 'bind') return socketProblem(line, rest, allowed);
  const writes = WRITES.test(call) || WRITES.test(rest);
  const roots = writes ? allowed.own : [...allowed.own, ...allowed.readable];
  const outside = pathsOf(call, rest)
    // a name below an open folder; the path that it led to follows
    .filter((path) => !/^\/proc\/self\/fd\/\d+/.test(path))
    .filter((path) => !roots.some((root) => isBelow(path, root)));
  return outside.length === 0 ? null : `${call} of ${outside.join(', ')}: ${line.slice(0, 300)}`;
}

function socketProblem(line: string, rest: string, { own, ports }: Allowed): string | null {
  // the line of the call's begin has the address
  if (line.includes(' resumed>')) return null;
  const [, port, address] = /htons\((\d+)\).*inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"/.exec(rest) ?? [];
  if (port !== undefined) {
    const isLocal = address === '127.0.0.1' || address === '::1';
    return isLocal && (port === '0' || ports.includes(Number(port))) ? null : line.slice(0, 300);
  }
  const [, path] = /sun_path="([^"]+)"/.exec(rest) ?? [];
  // glibc asks a local daemon for names of users first
  if (path === '/var/run/nscd/socket') return null;
  if (path !== undefined) return own.some((root) => isBelow(path, root)) ? null : line.slice(0, 300);
  return rest.includes('AF_NETLINK') ? null : line.slice(0, 300);
}

/** Paths in the arguments, relative to their folder, and the paths that they led to. */
function pathsOf(call: string, rest: string): string[] {
  const [argumentsText = '', result = ''] = rest.split(/\) += /);
  const folder =
    /^AT_FDCWD<([^>]*)>/.exec(argumentsText)?.[1] ?? /^\d+<([^>]*)>/.exec(argumentsText)?.[1] ?? '/';
  const named = [...argumentsText.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, path]) => resolve(folder, path!));
  const opened = /^\d+<(\/[^>]*)>/.exec(result)?.[1];
  // the arguments of a program are not paths that it opens
  const paths = call.startsWith('execve') ? named.slice(0, 1) : named;
  return opened === undefined ? paths : [...paths, opened.replace(/ \(deleted\)$/, '')];
}

/** A pattern `/proc/*` matches any name at `*`. */
function isBelow(path: string, root: string): boolean {
  if (!root.includes('*')) return path === root || path.startsWith(`${root}/`);
  const pattern = root.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^/]*')}(/|$)`).test(path);
}
