export { answerRequest, type RequestedWork } from './answer-request.js';
export { askProgram, type ProgramPermission, type ProgramRequest } from './ask-program.js';
export { childEnvironment } from './child-environment.js';
export { lineOfError } from './line-of-error.js';
export { MemoryWatch } from './memory-watch.js';
export { type ProgramEnd, type ProgramOutput, runProgram } from './run-program.js';
export { stepBack } from './step-back.js';
export { unansweredError } from './unanswered-error.js';
