import assert from 'node:assert/strict';
import { test } from 'node:test';
import { abortError, PredilectError, toPredilectError } from '../../dist/errors.js';

test('an error of the wasm modules keeps its code and message', () => {
  const thrown = Object.assign(new Error('item "a17" is not in the catalogue'), { code: 'unknown-item' });
  const error = toPredilectError(thrown);
  assert.ok(error instanceof PredilectError);
  assert.equal(error.code, 'unknown-item');
  assert.equal(error.message, thrown.message);
});

test('a trap of a wasm module is a crash', () => {
  assert.equal(toPredilectError(new WebAssembly.RuntimeError('unreachable')).code, 'crashed');
});

test('the number that a DOMException calls its code is not taken for one', () => {
  assert.equal(toPredilectError(new DOMException('no', 'DataCloneError')).code, 'bad-input');
});

test('an abort is told from a time-out', () => {
  assert.equal(abortError(AbortSignal.abort()).code, 'aborted');
  const late = AbortSignal.abort(new DOMException('late', 'TimeoutError'));
  assert.equal(abortError(late).code, 'timeout');
});
