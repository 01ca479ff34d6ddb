import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { OnnxEngineName } from '@ktrdr/contracts';

const CUDA_LIBRARY =
  process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';

/** Device files of GPUs on Linux: those of its graphics drivers, NVIDIA's and WSL's. A display without a GPU has no render node. */
const RENDER_NODES = '/dev/dri';
const GPU_DEVICES = ['/dev/nvidia0', '/dev/dxg'];

/**
 * Why an execution provider cannot work on this machine, or `null` if it may work.
 *
 * @param isNamed whether the user named the engine; only then may WebGPU compute on a software device
 */
export function providerProblem(engine: OnnxEngineName, isNamed: boolean): string | null {
  switch (engine) {
    case 'onnx':
      return null;
    case 'onnx-webgpu':
      return webgpuProblem(isNamed);
    case 'onnx-coreml':
      return process.platform === 'darwin' ? null : 'runs on macOS only';
    case 'onnx-directml':
      return process.platform === 'win32' ? null : 'runs on Windows only';
    case 'onnx-cuda':
      return cudaProblem();
  }
}

/** A software device is tens of times slower than the CPU engines, so the user must ask for it twice: the engine and its driver. */
function webgpuProblem(isNamed: boolean): string | null {
  if (process.platform !== 'linux' || hasGpu()) return null;
  const reason = `there is no GPU: no ${[`${RENDER_NODES}/renderD*`, ...GPU_DEVICES].join(', ')}`;
  if (!isNamed) return reason;
  return namesVulkanDriver()
    ? null
    : `${reason}; and VK_DRIVER_FILES does not name the driver of a software device`;
}

function hasGpu(): boolean {
  const nodes = existsSync(RENDER_NODES) ? readdirSync(RENDER_NODES) : [];
  return nodes.some((name) => name.startsWith('renderD')) || GPU_DEVICES.some((path) => existsSync(path));
}

/** Whether the variables of the Vulkan loader name drivers. The older variable is still read by every loader. */
function namesVulkanDriver(): boolean {
  // oxlint-disable-next-line no-restricted-properties -- settings of the Vulkan loader, not ours
  const { VK_DRIVER_FILES, VK_ICD_FILENAMES } = process.env;
  return Boolean(VK_DRIVER_FILES || VK_ICD_FILENAMES);
}

/** The npm package does not contain the CUDA library. Its install script, which is switched off here, downloads it. */
function cudaProblem(): string | null {
  if (process.platform === 'darwin') return 'runs on Linux and Windows only';
  const directory = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'));
  const library = join(directory, 'bin', 'napi-v6', process.platform, process.arch, CUDA_LIBRARY);
  if (existsSync(library)) return null;
  return `its library ${CUDA_LIBRARY} is not installed: run \`node script/install --onnxruntime-node-install=cuda12\` in ${directory}, which downloads it`;
}
