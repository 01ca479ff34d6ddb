import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OnnxEngineName } from '@ktrdr/contracts';

const CUDA_LIBRARY =
  process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';

/** Device files of GPUs on Linux; the last one is WSL's. */
const GPU_DEVICES = ['/dev/dri', '/dev/nvidia0', '/dev/dxg'];

/** Why an execution provider cannot work on this machine, or `null` if it may work. */
export function providerProblem(engine: OnnxEngineName): string | null {
  switch (engine) {
    case 'onnx':
      return null;
    case 'onnx-webgpu':
      return process.platform !== 'linux' || GPU_DEVICES.some((path) => existsSync(path))
        ? null
        : `there is no GPU: none of ${GPU_DEVICES.join(', ')}`;
    case 'onnx-coreml':
      return process.platform === 'darwin' ? null : 'runs on macOS only';
    case 'onnx-directml':
      return process.platform === 'win32' ? null : 'runs on Windows only';
    case 'onnx-cuda':
      return cudaProblem();
  }
}

/** The npm package does not contain the CUDA library. Its install script, which is switched off here, downloads it. */
function cudaProblem(): string | null {
  if (process.platform === 'darwin') return 'runs on Linux and Windows only';
  const directory = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library = join(directory, 'bin', 'napi-v6', process.platform, process.arch, CUDA_LIBRARY);
  if (existsSync(library)) return null;
  return `its library ${CUDA_LIBRARY} is not installed: run \`node script/install --onnxruntime-node-install=cuda12\` in ${directory}, which downloads it`;
}
