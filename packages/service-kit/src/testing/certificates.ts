import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as X509 from '@peculiar/x509';

type Library = typeof X509;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3_600_000;

/** Validity of a certificate, in days from now. */
interface Validity {
  from?: number;
  to?: number;
}

/** Files of a certificate and its key, PEM. */
export interface CertificateFiles {
  certFile: string;
  keyFile: string;
}

/** A private certificate authority for tests. */
export class TestAuthority {
  private number = 0;

  private constructor(
    private readonly x509: Library,
    private readonly directory: string,
    private readonly keys: CryptoKeyPair,
    private readonly certificate: X509.X509Certificate,
    /** The authority's certificate, which clients trust. */
    readonly caFile: string,
  ) {}

  /** Writes its files into `directory`, which is created. */
  static async create(directory: string): Promise<TestAuthority> {
    await mkdir(directory, { recursive: true });
    // loaded only if needed: it takes a while
    const x509 = await import('@peculiar/x509');
    x509.cryptoProvider.set(webcrypto as Crypto);
    const keys = await newKeys();
    const certificate = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: '01',
      name: 'CN=Test authority',
      ...dates({}),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
    });
    const caFile = join(directory, 'ca.pem');
    await writeFile(caFile, certificate.toString('pem'));
    return new TestAuthority(x509, directory, keys, certificate, caFile);
  }

  /** A certificate for IP addresses and DNS names. Files of the same `name` are replaced. */
  async issue(name: string, hosts: readonly string[], validity: Validity = {}): Promise<CertificateFiles> {
    const { x509 } = this;
    const keys = await newKeys();
    const names = hosts.map((value) => ({ type: isAddress(value) ? 'ip' : 'dns', value }) as const);
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: String(10 + (this.number += 1)),
      subject: `CN=${name}`,
      issuer: this.certificate.subject,
      ...dates(validity),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: this.keys.privateKey,
      extensions: [new x509.SubjectAlternativeNameExtension(names)],
    });
    const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
    const files = {
      certFile: join(this.directory, `${name}.pem`),
      keyFile: join(this.directory, `${name}.key.pem`),
    };
    await writeFile(files.keyFile, x509.PemConverter.encode(key, 'PRIVATE KEY'), { mode: 0o600 });
    await writeFile(files.certFile, certificate.toString('pem'));
    return files;
  }
}

function newKeys(): Promise<CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
}

function dates({ from = -1, to = 30 }: Validity): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return { notBefore: new Date(now + from * DAY_MS), notAfter: new Date(now + to * DAY_MS) };
}

function isAddress(host: string): boolean {
  return /^[0-9.]+$/.test(host) || host.includes(':');
}
