import { isIP, isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { hideSecret, KtrdrError, redact } from '@ktrdr/contracts';
import { parseHost } from './http/host-name.js';

/** Settings that are secrets as a whole. A URL may have one in its login, whatever the setting is called. */
const SECRET = /PASSWORD|PASSWD|SECRET|TOKEN/i;

const TRUE = new Set(['true', '1', 'yes', 'on']);
const FALSE = new Set(['false', '0', 'no', 'off']);

/**
 * Reads typed settings from environment variables. A missing or empty variable has its default value. Every method
 * throws `invalid_setting`, which names the variable, its value and the allowed values.
 */
export class SettingsReader {
  /** Hides the environment's secrets in every log, error and answer from now on. */
  constructor(private readonly environment: Readonly<Record<string, string | undefined>>) {
    for (const [name, value] of Object.entries(environment))
      if (SECRET.test(name) || value?.includes('://') === true) hideSecret(value?.trim());
  }

  text(name: string, fallback: string): string {
    return this.value(name) ?? fallback;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.value(name)?.toLowerCase();
    if (value === undefined) return fallback;
    if (TRUE.has(value)) return true;
    if (FALSE.has(value)) return false;
    throw this.invalid(name, 'true or false');
  }

  /** An integer from `min` to `max`. */
  integer(name: string, fallback: number, { min, max }: { min: number; max: number }): number {
    const value = this.value(name);
    if (value === undefined) return fallback;
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= min && number <= max) return number;
    throw this.invalid(name, `a whole number from ${min} to ${max}`);
  }

  choice<const T extends string>(name: string, fallback: T, allowed: readonly T[]): T {
    const value = this.value(name);
    if (value === undefined) return fallback;
    const found = allowed.find((choice) => choice === value.toLowerCase());
    if (found !== undefined) return found;
    throw this.invalid(name, `one of ${allowed.join(', ')}`);
  }

  /** An absolute path. A relative one is resolved against the working directory. */
  path(name: string, fallback: string): string {
    return resolve(this.text(name, fallback));
  }

  /** An absolute path; `null` if the setting is not set. */
  optionalPath(name: string): string | null {
    const value = this.value(name);
    return value === undefined ? null : resolve(value);
  }

  /** An http(s) URL without a trailing slash. */
  url(name: string, fallback: string): string {
    const value = this.text(name, fallback);
    const url = URL.canParse(value) ? new URL(value) : null;
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      throw this.invalid(name, `an http or https address such as ${fallback}`);
    }
    return value.replace(/\/+$/, '');
  }

  /**
   * Host names and IP addresses without ports, separated by commas. The result is in lower case; IPv6 addresses have no
   * brackets.
   */
  hostNames(name: string): string[] {
    return this.list(name).map((text) => {
      const host = parseHost(isIPv6(text) ? `[${text}]` : text);
      if (host === null || host.port !== null) {
        throw this.invalid(name, 'host names separated by commas, such as ktrdr.example,gateway');
      }
      return host.name;
    });
  }

  /** Names of lower-case letters, digits and "-", separated by commas. */
  names(name: string): string[] {
    const names = this.list(name);
    if (names.every((text) => /^[a-z0-9-]{1,32}$/.test(text))) return names;
    throw this.invalid(name, 'names separated by commas, of lower-case letters, digits and "-"');
  }

  /** IP addresses and networks in CIDR notation, separated by commas. */
  networks(name: string): string[] {
    const networks = this.list(name);
    if (networks.every(isNetwork)) return networks;
    throw this.invalid(name, 'IP addresses or networks separated by commas, such as 192.0.2.10,10.0.0.0/8');
  }

  /** Origins of web pages, separated by commas, as browsers send them: `https://ktrdr.example`. */
  origins(name: string): string[] {
    const origins = this.list(name);
    if (origins.every(isOrigin)) return origins;
    throw this.invalid(
      name,
      'exact origins separated by commas, such as https://ktrdr.example,http://localhost:5173: scheme, name and port, without a path and without *',
    );
  }

  /** Parts of a value between commas. */
  private list(name: string): string[] {
    return (this.value(name) ?? '')
      .split(',')
      .map((text) => text.trim())
      .filter((text) => text !== '');
  }

  private value(name: string): string | undefined {
    const value = this.environment[name]?.trim();
    return value === '' ? undefined : value;
  }

  private invalid(name: string, allowed: string): KtrdrError {
    // a URL without its scheme may have a login too
    const value = redact(this.value(name) ?? '').replace(/^[^@\s/]*@/, '***@');
    return new KtrdrError(
      'invalid_setting',
      `The setting ${name}=${value} is not valid: it must be ${allowed}.`,
      {
        details: { name, value },
      },
    );
  }
}

function isNetwork(text: string): boolean {
  const [, address = '', bits] = /^([0-9a-f.:]+)(?:\/([0-9]{1,3}))?$/i.exec(text) ?? [];
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return longest >= Number(bits ?? 0);
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}
