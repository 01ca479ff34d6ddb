import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import { init } from 'talib-web';

/** The used parts of the WebAssembly module. */
interface TalibModule {
  HEAPF64: Float64Array;
  HEAP32: Int32Array;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  ccall(name: string, returns: 'number', types: string[], values: number[]): number;
}

/** Calls a function of TA-Lib. Outputs have the length of the inputs, with `NaN` before the first value. */
export type Talib = (
  name: string,
  inputs: readonly Float64Array[],
  options: readonly number[],
  outputs: number,
) => Float64Array[];

/**
 * Loads TA-Lib. talib-web's own wrappers are not used: they request one value too many, and pass TA-Lib the same
 * address for the first index and the count. That breaks every function that reads the count back (BBANDS, STDDEV).
 */
export async function loadTalib(): Promise<Talib> {
  const wasm = createRequire(import.meta.url).resolve('talib-web/lib/talib.wasm');
  const module = (await init(
    `data:application/wasm;base64,${readFileSync(wasm).toString('base64')}`,
  )) as TalibModule;
  return (name, inputs, options, outputs) => {
    const length = inputs[0]!.length;
    const inputPointers = inputs.map((input) => {
      const pointer = module._malloc(8 * length);
      module.HEAPF64.set(input, pointer / 8);
      return pointer;
    });
    const outputPointers = Array.from({ length: outputs }, () => module._malloc(8 * length));
    const [begin, count] = [module._malloc(8), module._malloc(8)];
    const values = [0, length - 1, ...inputPointers, ...options, begin, count, ...outputPointers];
    const code = module.ccall(
      `TA_${name}`,
      'number',
      values.map(() => 'number'),
      values,
    );
    if (code !== 0) throw new Error(`TA_${name}: code ${code}`);
    const first = module.HEAP32[begin / 4]!;
    const results = outputPointers.map((pointer) => {
      const result = new Float64Array(length).fill(Number.NaN);
      result.set(module.HEAPF64.subarray(pointer / 8, pointer / 8 + module.HEAP32[count / 4]!), first);
      return result;
    });
    for (const pointer of [...inputPointers, ...outputPointers, begin, count]) module._free(pointer);
    return results;
  };
}
