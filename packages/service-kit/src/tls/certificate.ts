import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { KtrdrError } from '@ktrdr/contracts';
import type { SettingsReader } from '../settings-reader.js';

/** Files of a service's certificate. Absolute paths. */
export interface TlsFiles {
  /** The certificate, then those of the authorities between it and a root, PEM. */
  certFile: string;
  /** The private key, PEM, without a passphrase. */
  keyFile: string;
}

/** A certificate and its key, PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** Reads `TLS_CERT_FILE` and `TLS_KEY_FILE`: both, or none. @throws KtrdrError `invalid_setting` */
export function readTlsFiles(read: SettingsReader): TlsFiles | null {
  const certFile = read.optionalPath('TLS_CERT_FILE');
  const keyFile = read.optionalPath('TLS_KEY_FILE');
  if (certFile === null && keyFile === null) return null;
  if (certFile !== null && keyFile !== null) return { certFile, keyFile };
  const [set, missing] =
    certFile === null ? ['TLS_KEY_FILE', 'TLS_CERT_FILE'] : ['TLS_CERT_FILE', 'TLS_KEY_FILE'];
  throw new KtrdrError(
    'invalid_setting',
    `${set} is set, but ${missing} is not. Set both for HTTPS, or none for HTTP.`,
    { details: { name: missing } },
  );
}

/**
 * Reads and checks a certificate and its key. `now`: ms since 1970.
 *
 * @throws KtrdrError `invalid_setting` for files that cannot be read, are not PEM, do not belong together, or are not valid now
 */
export function readCertificate({ certFile, keyFile }: TlsFiles, now: number): Certificate {
  const cert = readText('TLS_CERT_FILE', certFile);
  const key = readText('TLS_KEY_FILE', keyFile);
  const certificate = parse('TLS_CERT_FILE', certFile, 'a certificate', () => new X509Certificate(cert));
  const privateKey = parse<KeyObject>('TLS_KEY_FILE', keyFile, 'a private key without a passphrase', () =>
    createPrivateKey(key),
  );
  if (!certificate.checkPrivateKey(privateKey)) {
    throw invalid('TLS_KEY_FILE', keyFile, `it is not the key of the certificate ${certFile}`);
  }
  if (Date.parse(certificate.validTo) < now) {
    const problem = `the certificate ended on ${isoDate(certificate.validTo)}. Renew it`;
    throw invalid('TLS_CERT_FILE', certFile, problem);
  }
  if (Date.parse(certificate.validFrom) > now) {
    const problem = `the certificate begins on ${isoDate(certificate.validFrom)}. Check the clock of this machine`;
    throw invalid('TLS_CERT_FILE', certFile, problem);
  }
  // whatever OpenSSL does not accept, such as a key that is too short
  parse('TLS_CERT_FILE', certFile, 'a usable certificate', () => createSecureContext({ cert, key }));
  return { cert, key };
}

/**
 * Reads a file with certificates of authorities, such as `TRAINING_HOST_CA_FILE`.
 *
 * @returns PEM; `null` if the setting is not set
 * @throws KtrdrError `invalid_setting`
 */
export function readAuthorities(read: SettingsReader, setting: string): string | null {
  const file = read.optionalPath(setting);
  if (file === null) return null;
  const text = readText(setting, file);
  parse(setting, file, 'a certificate', () => new X509Certificate(text));
  return text;
}

function readText(setting: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw invalid(setting, file, `the file cannot be read (${code})`, cause);
  }
}

function parse<T>(setting: string, file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw invalid(
      setting,
      file,
      `the file is not ${what} in PEM format (${(cause as Error).message})`,
      cause,
    );
  }
}

function isoDate(text: string): string {
  return new Date(text).toISOString().slice(0, 10);
}

function invalid(setting: string, file: string, problem: string, cause?: unknown): KtrdrError {
  return new KtrdrError('invalid_setting', `The setting ${setting}=${file} is not valid: ${problem}.`, {
    details: { name: setting, value: file },
    cause,
  });
}
