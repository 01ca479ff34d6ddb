import { describe, expect, test } from '@jest/globals';
import { readApiUrl, readTerminalSettings, readWantsHostService, tokenFilePath } from './config.js';

describe('KTRDR_API_URL', () => {
  test.each([
    [undefined, 'http://localhost:8000'],
    ['', 'http://localhost:8000'],
    [' http://127.0.0.1:9000/ ', 'http://127.0.0.1:9000'],
    ['https://backend.example/ktrdr/', 'https://backend.example/ktrdr'],
  ])('%j means %s', (text, url) => {
    expect(readApiUrl({ KTRDR_API_URL: text })).toBe(url);
  });

  test.each(['localhost:8000', 'ftp://host', 'foo', 'http://', 'http://host/?a=1'])(
    '%j is refused',
    (text) => {
      expect(() => readApiUrl({ KTRDR_API_URL: text })).toThrow(
        `KTRDR_API_URL is '${text}'. It must be an http or https URL, for example http://localhost:8000.`,
      );
    },
  );
});

describe('USE_TRAINING_HOST_SERVICE', () => {
  test.each([
    [undefined, undefined],
    [' ', undefined],
    ['true', true],
    [' YES ', true],
    ['1', true],
    ['off', false],
    ['0', false],
  ])('%j means %s', (text, wanted) => {
    expect(readWantsHostService({ USE_TRAINING_HOST_SERVICE: text })).toBe(wanted);
  });

  test('a value that is neither true nor false is refused', () => {
    expect(() => readWantsHostService({ USE_TRAINING_HOST_SERVICE: 'maybe' })).toThrow(
      "USE_TRAINING_HOST_SERVICE is 'maybe'. It must be true or false",
    );
  });
});

test.each([
  [{}, {}, 'auto'],
  [{ NO_COLOR: '' }, {}, 'auto'],
  [{ NO_COLOR: '0' }, {}, 'never'],
  [{ FORCE_COLOR: '1' }, {}, 'always'],
  [{ FORCE_COLOR: '0' }, { color: 'always' }, 'never'],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, {}, 'always'],
  [{}, { color: 'never' }, 'never'],
  [{ NO_COLOR: '1' }, { color: 'always' }, 'never'],
])('colours with %j and the file %j: %s', (environment, saved, colour) => {
  expect(readTerminalSettings(environment, saved).colour).toBe(colour);
});

test('a TERM=dumb terminal cannot be redrawn', () => {
  expect(readTerminalSettings({ TERM: 'xterm' }).dumb).toBe(false);
  expect(readTerminalSettings({ TERM: 'dumb' }).dumb).toBe(true);
});

test('the environment overrides the file, and a message names the source of a wrong value', () => {
  expect(readApiUrl({}, { api_url: 'http://a:1/' })).toBe('http://a:1');
  expect(readApiUrl({ KTRDR_API_URL: 'http://b:1' }, { api_url: 'http://a:1' })).toBe('http://b:1');
  expect(() => readApiUrl({}, { api_url: 'a:1' })).toThrow("api_url (ktrdr config) is 'a:1'");
  expect(tokenFilePath({ XDG_CONFIG_HOME: '/c' }, {})).toBe('/c/ktrdr/token');
  expect(tokenFilePath({ XDG_CONFIG_HOME: '/c' }, { token_file: '/t' })).toBe('/t');
  expect(tokenFilePath({ KTRDR_TOKEN_FILE: '/u' }, { token_file: '/t' })).toBe('/u');
});

test.each([
  [{}, true],
  [{ LANG: 'de_DE.UTF-8' }, true],
  [{ LANG: 'de_DE.UTF-8', LC_ALL: 'C' }, false],
  [{ LC_CTYPE: 'en_US.utf8', LANG: 'C' }, true],
  [{ LANG: 'POSIX' }, false],
])('the locale %j shows Unicode: %j', (environment, unicode) => {
  expect(readTerminalSettings(environment).unicode).toBe(unicode);
});
