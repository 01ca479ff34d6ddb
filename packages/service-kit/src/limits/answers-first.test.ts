import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { beforeEach, expect, test } from '@jest/globals';
import { FakeClock } from '@ktrdr/orchestrator/testing';
import { AnswersFirst } from './answers-first.js';

let clock: FakeClock;
let answers: AnswersFirst;
let begun: number[];

beforeEach(() => {
  clock = new FakeClock();
  answers = new AnswersFirst(clock);
  begun = [];
});

function arrives(): EventEmitter {
  const response = Object.assign(new EventEmitter(), { req: { socket: { destroyed: false } } });
  answers.expect(response as unknown as ServerResponse);
  return response;
}

const bodyIsLate = (response: EventEmitter): void => answers.forget(response as unknown as ServerResponse);

function stored(...ids: number[]): void {
  for (const id of ids) answers.begin(() => begun.push(id));
}

const upTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1);

test('an operation begins at once if no start is unanswered', () => {
  stored(1);
  expect(begun).toEqual([1]);
});

test('operations begin in their order after all answers, a few in each turn', async () => {
  const [first, second] = [arrives(), arrives()];
  stored(...upTo(20));
  first.emit('close');
  await turn();
  await turn();
  expect(begun).toEqual([]);
  second.emit('close');
  await turn();
  // a late one does not overtake
  stored(21);
  expect(begun).toEqual(upTo(8));
  for (let turns = 0; turns < 3; turns++) await turn();
  expect(begun).toEqual(upTo(21));
});

test('a start whose body has not arrived delays nobody', async () => {
  const [slow, other] = [arrives(), arrives()];
  bodyIsLate(slow);
  stored(1);
  await turn();
  expect(begun).toEqual([]);
  other.emit('close');
  await turn();
  expect(begun).toEqual([1]);
});

test('a start that is never answered delays the others by a quarter of a second', async () => {
  arrives();
  stored(1);
  await clock.advance(150);
  stored(2);
  await turn();
  expect(begun).toEqual([]);
  await clock.advance(100);
  await turn();
  expect(begun).toEqual([1]);
  await clock.advance(150);
  await turn();
  expect(begun).toEqual([1, 2]);
});
