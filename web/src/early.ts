// For a small script at the top of a page: `startEarly()` before the page's own scripts are there.

export { startEarly } from './start.js';
