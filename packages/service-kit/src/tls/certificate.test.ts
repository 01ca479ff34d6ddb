import 'reflect-metadata';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { createServer, get, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KtrdrError } from '@ktrdr/contracts';
import { systemClock } from '@ktrdr/orchestrator';
import { readListenSettings } from '../listen-settings.js';
import { SettingsReader } from '../settings-reader.js';
import { TestAuthority, type CertificateFiles } from '../testing/certificates.js';
import { readAuthorities, readCertificate } from './certificate.js';
import { connectionOptions } from './connection-options.js';
import { renewCertificate } from './renew-certificate.js';

let directory: string;
let authority: TestAuthority;
let files: CertificateFiles;
let other: CertificateFiles;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ktrdr-tls-'));
  authority = await TestAuthority.create(directory);
  files = await authority.issue('service', ['localhost', '127.0.0.1']);
  other = await authority.issue('other', ['localhost', '127.0.0.1']);
});

afterAll(() => rm(directory, { recursive: true }));

const readTls = (settings: Record<string, string>) => readListenSettings(new SettingsReader(settings), 0).tls;

function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof KtrdrError && error.code === 'invalid_setting') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

test('no certificate means HTTP, and one setting without the other is refused', () => {
  const { certFile, keyFile } = files;
  expect(readTls({})).toBeNull();
  expect(readTls({ TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile })).toEqual(files);
  expect(refusal(() => readTls({ TLS_CERT_FILE: certFile }))).toMatch(/TLS_KEY_FILE is not\. Set both/);
  expect(refusal(() => readTls({ TLS_KEY_FILE: keyFile }))).toMatch(/TLS_CERT_FILE is not\. Set both/);
});

describe('a certificate is refused in one line that says why:', () => {
  test.each<[string, () => CertificateFiles | Promise<CertificateFiles>, RegExp]>([
    [
      'a missing certificate',
      () => ({ ...files, certFile: join(directory, 'none.pem') }),
      /TLS_CERT_FILE=.*none\.pem.*cannot be read \(ENOENT\)/,
    ],
    ['a folder', () => ({ ...files, keyFile: directory }), /TLS_KEY_FILE=.*cannot be read \(EISDIR\)/],
    [
      'a key in place of a certificate',
      () => ({ ...files, certFile: files.keyFile }),
      /TLS_CERT_FILE=.*is not a certificate in PEM format/,
    ],
    [
      'a certificate in place of a key',
      () => ({ ...files, keyFile: files.certFile }),
      /TLS_KEY_FILE=.*is not a private key without a passphrase in PEM format/,
    ],
    [
      'the key of another one',
      () => ({ ...files, keyFile: other.keyFile }),
      /not the key of the certificate/,
    ],
    [
      'one that has ended',
      () => authority.issue('ended', ['localhost'], { from: -30, to: -1 }),
      /the certificate ended on \d{4}-\d\d-\d\d\. Renew it/,
    ],
    [
      'one that has not begun',
      () => authority.issue('early', ['localhost'], { from: 1 }),
      /the certificate begins on .* clock/,
    ],
  ])('%s', async (_what, given, message) => {
    const certificate = await given();
    const said = refusal(() => readCertificate(certificate, systemClock.now()));
    expect(said).toMatch(message);
    expect(said).not.toContain('\n');
    expect(said).not.toContain('PRIVATE KEY');
  });

  test('a file of authorities that is none', async () => {
    const file = join(directory, 'junk.pem');
    await writeFile(file, 'junk');
    const read = (value: string) => readAuthorities(new SettingsReader({ CA: value }), 'CA');
    expect(refusal(() => read(file))).toMatch(/CA=.*junk\.pem is not valid: the file is not a certificate/);
    expect(read('')).toBeNull();
    expect(read(authority.caFile)).toContain('BEGIN CERTIFICATE');
  });
});

test('a service with a certificate speaks TLS 1.2 and 1.3 only', async () => {
  const { https } = connectionOptions({ tls: files, trustedProxies: [], gateway: [] }) as { https: object };
  const server = createServer(https);
  const port = await listening(server);
  try {
    expect(await protocolOf(port, {})).toBe('TLSv1.3');
    expect(await protocolOf(port, { maxVersion: 'TLSv1.2' })).toBe('TLSv1.2');
    const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(protocolOf(port, old)).rejects.toThrow();
  } finally {
    server.close();
  }
});

test('a renewed certificate is used without a restart, and a damaged one is not', async () => {
  const used = { certFile: join(directory, 'used.pem'), keyFile: join(directory, 'used.key.pem') };
  const replace = async (by: CertificateFiles) => {
    await copyFile(by.keyFile, used.keyFile);
    await copyFile(by.certFile, used.certFile);
  };
  await replace(files);
  const server = createServer(readCertificate(used, systemClock.now()));
  const port = await listening(server);
  const said: string[] = [];
  const say = (message: string) => void said.push(message);
  const logger = { log: say, warn: say, error: say };
  const stop = renewCertificate(server, used, { clock: systemClock, logger, lookMs: 50 });
  const hears = async (text: RegExp) => {
    while (!said.some((line) => text.test(line))) await systemClock.sleep(20);
  };
  try {
    expect(await subjectOf(port)).toBe('service');
    await replace(other);
    await hears(/uses the certificate/);
    expect(await subjectOf(port)).toBe('other');
    await writeFile(used.certFile, 'junk');
    await hears(/keeps the previous certificate: .*not a certificate/);
    expect(await subjectOf(port)).toBe('other');
  } finally {
    stop();
    server.close();
  }
});

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function protocolOf(port: number, options: ConnectionOptions): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(authority.caFile);
    const socket = connect({ port, host: '127.0.0.1', ca, ...options }, () => {
      resolve(socket.getProtocol());
      socket.destroy();
    });
    socket.once('error', reject);
  });
}

async function subjectOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const ca = readFileSync(authority.caFile);
    const asked = get({ port, host: '127.0.0.1', ca, agent: false }, () => undefined);
    asked.once('error', reject);
    asked.once('socket', (socket) => {
      socket.once('secureConnect', () => {
        const { subject } = (socket as ReturnType<typeof connect>).getPeerCertificate();
        resolve(String(subject.CN));
        asked.destroy();
      });
    });
    asked.on('error', () => undefined);
  });
}
