export { CHECKPOINT_NETWORK, checkpointBytes, checkpointOf } from './checkpoints.js';
export { judgeMarket, type JudgedMarket, plantedEdge, randomWalk } from './judged-market.js';
export { backtestModel } from '../prediction/backtest-model.js';
export { checksumsOf, modelFilesOf } from './model-files.js';
export { metadataOf } from './model-metadata.js';
export {
  type Agreement,
  type AgreementCase,
  allAgreementCases,
  compareWithOnnx,
} from './engine-agreement.js';
export { findSoftwareVulkan } from './software-vulkan.js';
export { joined, randomBatches } from './networks.js';
export { initialParameters } from '../network/initial-parameters.js';
export { parameterCount, parameterLayout } from '../network/model-spec.js';
export { UpdateCount } from '../network/optimiser.js';
export { Graph, type Value } from '../engines/onnx/graph/graph.js';
export { mostPartsOf } from '../engines/onnx/graph/most-parts.js';
export { createSession, tensor, type Tensor } from '../engines/onnx/session.js';
