/** Variables that a program of this package may need: the machine's, and those of engines and their libraries. */
const NEEDED =
  /^(?:PATH|HOME|USER|LOGNAME|SHELL|LANG|LC_.+|TZ|TMP|TEMP|TMPDIR|PWD|NODE_.+|V8_.+|UV_.+|LD_.+|DYLD_.+|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|PROGRAMDATA|NUMBER_OF_PROCESSORS|XDG_.+|CUDA_.+|NVIDIA_.+|NCCL_.+|CUDNN_.+|ROCM_.+|HIP_.+|HSA_.+|ORT_.+|ONNX.+|TF_.+|OMP_.+|MKL_.+|OPENBLAS_.+|DAWN_.+|VK_.+|KTRDR_(?:TEST|CHAOS|BENCH)_.+|JEST_.+)$/i;

/**
 * The environment of a program of this package. It has no setting of the service: passwords and addresses are for the service alone,
 * and the program gets its request as a message.
 */
export function childEnvironment(): NodeJS.ProcessEnv {
  // oxlint-disable-next-line no-restricted-properties -- passed on, not read
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => NEEDED.test(name)));
}
