/**
 * Checks and measures the GPU engines that load on this machine. Checks: losses over 50 steps beside `onnx`, the bytes of a run that
 * resumes, the time of a cancel. Tables: samples per second of the training bench's networks, beside the CPU engines, and of many models
 * in one graph. Without a GPU, the checks use a software Vulkan device if there is one, and only the CPU engines are measured.
 * Arguments: GPU engines to use (default: all that load). Ends with 1 if a check fails.
 */
import { ENGINE_NAMES, ONNX_ENGINE_NAMES, type EngineName } from '@ktrdr/contracts';
import { checkEngineSupport, deviceOf, EngineSelector, treatDenormalsAsZero } from '@ktrdr/trainer';
import {
  allAgreementCases,
  compareWithOnnx,
  findSoftwareVulkan,
  type AgreementCase,
} from '@ktrdr/trainer/testing';
import { groupSpeeds } from './gpu/group-speeds.js';
import { cancelTime, trainingSpeed } from './gpu/loop-run.js';
import { printRow, report, type ReportRow } from './report.js';
import { trainingCases, typicalCase, type TrainingCase } from './training-cases.js';

const BATCHES = [32, 256, 1024, 8192];
/** A GPU waits for work, so a case needs several batches. */
const LEAST_BATCHES = 2;
const CASE_S = 2;
const LARGEST_DIFFERENCE = 1e-4;
const CANCELS = 5;
/** Few, because a cancel waits for the first epoch. */
const CANCEL_ROWS = 640;
const GROUP_BATCHES = [32, 256];

/** Engines of this machine's GPUs. Says why the others are missing. */
async function gpuEngines(wanted: readonly string[]): Promise<EngineName[]> {
  const selector = new EngineSelector();
  const names = ENGINE_NAMES.filter((name) => deviceOf(name) === 'gpu');
  const unknown = wanted.find((name) => !names.some((known) => known === name));
  if (unknown !== undefined)
    throw new Error(`${unknown} is not a GPU engine; choose from ${names.join(', ')}`);
  const loaded: EngineName[] = [];
  for (const name of names.filter((known) => wanted.length === 0 || wanted.includes(known))) {
    try {
      await selector.candidates(name, 'mlp');
      loaded.push(name);
    } catch (error) {
      console.log((error as Error).message);
    }
  }
  return loaded;
}

const supports = (engine: EngineName, model: Parameters<typeof checkEngineSupport>[1]): boolean => {
  try {
    checkEngineSupport(engine, model);
    return true;
  } catch {
    return false;
  }
};

/** @returns whether all cases agree and resume */
async function check(
  engine: EngineName,
  cases: readonly AgreementCase[],
  rows: ReportRow[],
): Promise<boolean> {
  let isRight = true;
  for (const one of cases.filter(({ model }) => supports(engine, model.type))) {
    const [agreement] = await compareWithOnnx(engine, [one]);
    const { difference, resumes } = agreement!;
    isRight &&= difference < LARGEST_DIFFERENCE && resumes;
    const row = {
      engine,
      model: one.model.type,
      optimiser: one.optimiser,
      loss: one.loss,
      'difference to onnx over 50 steps': difference,
      'resumes with the same bytes': resumes,
    };
    printRow(row);
    rows.push(row);
  }
  return isRight;
}

async function cancels(engine: EngineName): Promise<ReportRow> {
  const times: number[] = [];
  const one = { ...typicalCase(), rows: CANCEL_ROWS };
  for (let time = 0; time < CANCELS; time += 1) times.push(await cancelTime(engine, one));
  const row = { engine, model: one.title, 'slowest of 5 cancels, ms': Math.max(...times) };
  printRow(row);
  return row;
}

/** The networks of the training bench with each batch size. */
function speedCases(): TrainingCase[] {
  const networks = new Map(trainingCases().map((one) => [one.title, one]));
  return [...networks.values()].flatMap((one) =>
    BATCHES.map((batch) => ({ ...one, batch, rows: Math.max(one.rows, LEAST_BATCHES * batch) })),
  );
}

async function speeds(engines: readonly EngineName[]): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  for (const one of speedCases()) {
    const measured: Record<string, number | null> = {};
    for (const name of engines) {
      const isAble = supports(name, one.network.type);
      measured[name] = isAble ? Math.round(await trainingSpeed(name, one, CASE_S)) : null;
    }
    const row = { model: one.title, batch: one.batch, ...measured };
    printRow(row);
    rows.push(row);
  }
  return rows;
}

async function manyModels(engines: readonly EngineName[]): Promise<ReportRow[]> {
  const names = ONNX_ENGINE_NAMES.filter((name) => engines.includes(name));
  const rows: ReportRow[] = [];
  const networks = new Map(trainingCases().map(({ network }) => [JSON.stringify(network), network]));
  for (const network of networks.values()) {
    if (network.type !== 'mlp' || network.layers.some(({ dropout }) => dropout > 0)) continue;
    for (const batch of GROUP_BATCHES) rows.push(...(await groupSpeeds(network, batch, names)));
  }
  return rows;
}

treatDenormalsAsZero();
const found = await gpuEngines(process.argv.slice(2));
const checked: EngineName[] = [...found];
let cases = allAgreementCases();
if (found.length === 0) {
  const software = findSoftwareVulkan();
  if ('driver' in software) {
    console.log(
      `No GPU engine loads. The checks use onnx-webgpu on the software device of ${software.driver}.`,
    );
    // the Vulkan loader of this process reads it
    process.env['VK_DRIVER_FILES'] = software.driver;
    checked.push('onnx-webgpu');
    // A software device needs minutes for all, which the long tests check: each network once, each optimiser once.
    cases = cases.filter((_, at) => at % 5 === 0);
  } else {
    console.log(`No GPU engine loads, and none can be checked: ${software.problem}.`);
  }
}
const checks: ReportRow[] = [];
const cancelRows: ReportRow[] = [];
for (const engine of checked) {
  if (!(await check(engine, cases, checks))) {
    console.log(`${engine} failed a check.`);
    process.exitCode = 1;
  }
  cancelRows.push(await cancels(engine));
}
if (checked.length > 0) {
  await report('gpu-checks', checks);
  await report('gpu-cancels', cancelRows);
}
if (found.length > 0) await report('gpu', await speeds(['onnx', 'wasm', ...found]));
await report('gpu-groups', await manyModels(found));
