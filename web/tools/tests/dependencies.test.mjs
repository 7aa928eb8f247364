import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permits, unsafeLines } from '../dependencies.mjs';

const ALLOWED = ['MIT', 'Apache-2.0', 'Apache-2.0 WITH LLVM-exception', 'Unicode-3.0'];

test('a licence is permitted where one way to meet it is', () => {
  for (const [expression, expected] of /** @type {[string, boolean][]} */ ([
    ['MIT', true],
    ['GPL-3.0', false],
    ['', false],
    ['GPL-3.0 OR MIT', true],
    ['MIT AND GPL-3.0', false],
    ['(MIT OR GPL-3.0) AND Unicode-3.0', true],
    ['(MIT OR Apache-2.0) AND OpenSSL', false],
    ['GPL-3.0 OR MIT AND OpenSSL', false],
    ['MIT/GPL-3.0', true],
    ['Apache-2.0 WITH LLVM-exception OR GPL-2.0', true],
    ['Apache-2.0 WITH Other-exception', false],
    ['MIT GPL-3.0', false],
  ])) {
    assert.equal(permits(expression, ALLOWED), expected, expression);
  }
});

test('unsafe is counted in code, not in words', () => {
  const source = `// unsafe in a comment
    let text = "unsafe \\" unsafe";
    /* unsafe
       unsafe */
    unsafe { call() }
    #![deny(unsafe_code)]
    pub unsafe fn call() {} // unsafe
  `;
  assert.equal(unsafeLines(source), 2);
});
