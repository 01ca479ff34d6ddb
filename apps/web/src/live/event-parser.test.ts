import { expect, test } from '@jest/globals';
import { EventParser } from './event-parser.js';

const STREAM =
  'retry: 1000\n\n: heartbeat\n\nevent: ready\ndata: {"a":1}\n\nevent:operation\r\ndata: first\r\ndata: second: 2\r\n\r\ndata: plain\n\nevent: lost\n\n';
const EVENTS = [
  ['ready', '{"a":1}'],
  ['operation', 'first\nsecond: 2'],
  ['message', 'plain'],
];

test.each([1, 2, 7, 1000])('a stream that arrives in parts of %d characters gives its events', (size) => {
  const events: [string, string][] = [];
  const parser = new EventParser((type, data) => events.push([type, data]));
  for (let at = 0; at < STREAM.length; at += size) parser.push(STREAM.slice(at, at + size));
  expect(events).toEqual(EVENTS);
});
