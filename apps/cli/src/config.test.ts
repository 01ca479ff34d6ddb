import { describe, expect, test } from '@jest/globals';
import { readApiUrl, readTerminalSettings, readWantsHostService } from './config.js';

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

test('NO_COLOR counts if it is not empty; a TERM=dumb terminal cannot be redrawn', () => {
  expect(readTerminalSettings({ NO_COLOR: '', TERM: 'xterm' })).toMatchObject({
    noColour: false,
    dumb: false,
  });
  expect(readTerminalSettings({ NO_COLOR: '0', TERM: 'dumb' })).toMatchObject({ noColour: true, dumb: true });
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
