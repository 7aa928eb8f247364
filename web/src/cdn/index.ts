// Library, elements and worker, which web/tools/bundle.mjs makes one file of.

export * from '../elements/index.js';
export { serve } from '../host.js';
export * from '../index.js';
export { wordReason } from '../wording.js';
