/**
 * Program: backtests a stored model once in a new process, as the product does. Prints the processor time of each step and the
 * total elapsed time, in ms, as JSON. Arguments: the run as JSON, an empty folder for the trades.
 */
import { backtestModel } from '@ktrdr/trainer/testing';

type Run = Parameters<typeof backtestModel>[0];

function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const run = JSON.parse(process.argv[2]!) as Run;
const start = performance.now();
const begins: [step: string, at: number][] = [['checking', processorTime()]];
const { result } = await backtestModel(run, process.argv[3]!, (step) => begins.push([step, processorTime()]));
const { report } = result;
const end = processorTime();
const elapsed = performance.now() - start;
const steps = begins.map(([step, at], index) => [step, (begins[index + 1]?.[1] ?? end) - at] as const);
const { bars, figures } = report;
console.log(JSON.stringify({ bars, trades: figures.trades, elapsed, steps: Object.fromEntries(steps) }));
