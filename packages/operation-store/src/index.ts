export {
  openOperationStore,
  type OpenOperationStore,
  type OperationStoreLocation,
} from './open-operation-store.js';
