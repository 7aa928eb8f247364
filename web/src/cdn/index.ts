// Library, elements and worker, which web/tools/bundle.mjs makes one file of.

export * from '../elements/index.js';
export * from '../index.js';
export { serve } from '../serve.js';
export { wordReason } from '../wording.js';
