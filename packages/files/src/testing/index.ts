export {
  type HostileEntry,
  type HostileFolder,
  hostileFolders,
  hostileNames,
  makePipe,
  plantFolder,
} from './hostile-tree.js';
export { mutated, type Mutation, mutations } from './mutations.js';
