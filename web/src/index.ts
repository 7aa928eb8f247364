export { type ErrorCode, PredilectError } from './errors.js';
export { Recommender } from './recommender.js';
export type * from './types.js';
