// The page's end of a worker: crashes, closing, and an import where there is no page.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Recommender } from '../../dist/index.js';

/** A worker whose messages the test sends itself. */
class Puppet {
  /** @type {object[]} */
  posted = [];
  terminated = 0;
  onmessage = null;
  onerror = null;
  onmessageerror = null;
  postMessage(message) {
    this.posted.push(message);
  }
  terminate() {
    this.terminated++;
  }
  answer(message) {
    this.onmessage({ data: message });
  }
}

const opened = async () => {
  const worker = new Puppet();
  const creating = Recommender.create({ catalogue: new Uint8Array(1), worker });
  await new Promise(setImmediate);
  worker.answer({ id: worker.posted[0].id, value: { kept: false, found: false }, work: 0 });
  return { worker, recommender: await creating };
};

const rejects = (promise, code) =>
  assert.rejects(promise, (error) => error.code === code || assert.fail(`${error.code}: ${error.message}`));

test('requests are numbered, answers may come in any order', async () => {
  const { worker, recommender } = await opened();
  const first = recommender.recommend({ k: 1, seed: 1, now: 5 });
  const second = recommender.items(['a']);
  const [a, b] = worker.posted.slice(1);
  assert.deepEqual(a.args, ['{"k":1,"now":5,"seed":1}']);
  worker.answer({ id: b.id, value: '[null]', work: 1 });
  worker.answer({ id: a.id, value: '{"items":[]}', work: 1 });
  assert.deepEqual(await second, [null]);
  assert.deepEqual(await first, { items: [] });
});

test('a crash of the worker rejects all that wait, and all that come', async () => {
  const { worker, recommender } = await opened();
  const waiting = [recommender.recommend(), recommender.profile()];
  worker.onerror({ message: 'out of memory', preventDefault() {} });
  for (const call of waiting) await rejects(call, 'crashed');
  await rejects(recommender.info(), 'crashed');
  assert.equal(worker.terminated, 1);
});

test('a trap of the engine ends the recommender, a refused call does not', async () => {
  const { worker, recommender } = await opened();
  const refused = recommender.similar('x');
  worker.answer({ id: worker.posted.at(-1).id, error: { code: 'unknown-item', message: 'x' }, fatal: false });
  await rejects(refused, 'unknown-item');
  const trapped = recommender.recommend();
  const other = recommender.profile();
  worker.answer({ id: worker.posted.at(-2).id, error: { code: 'crashed', message: 'trap' }, fatal: true });
  await rejects(trapped, 'crashed');
  await rejects(other, 'crashed');
  assert.equal(worker.terminated, 1);
});

test('close() rejects what waits and terminates the worker', async () => {
  const { worker, recommender } = await opened();
  const waiting = recommender.recommend();
  recommender.close();
  await rejects(waiting, 'closed');
  assert.equal(worker.terminated, 1);
});

test('an abort rejects at once and is passed on; the late answer is nobody’s', async () => {
  const { worker, recommender } = await opened();
  const controller = new AbortController();
  const call = recommender.recommend({ signal: controller.signal });
  const { id } = worker.posted.at(-1);
  controller.abort();
  await rejects(call, 'aborted');
  assert.deepEqual(worker.posted.at(-1), { abort: id });
  worker.answer({ id, value: '{"items":[]}', work: 0 });
});

test('a failed creation terminates its worker', async () => {
  const worker = new Puppet();
  const creating = Recommender.create({ catalogue: new Uint8Array(1), worker });
  await new Promise(setImmediate);
  worker.answer({ id: worker.posted[0].id, error: { code: 'not-a-catalogue', message: 'no' }, fatal: false });
  await rejects(creating, 'not-a-catalogue');
  assert.equal(worker.terminated, 1);
});

test('importing the package touches nothing that only a page has', async () => {
  const script = `
    for (const name of ['window', 'document', 'navigator', 'location', 'indexedDB', 'localStorage', 'Worker', 'self']) {
      Object.defineProperty(globalThis, name, { configurable: true, get() { throw new Error('touched ' + name); } });
    }
    const { Recommender, PredilectError } = await import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)});
    console.log(typeof Recommender.create, new PredilectError('closed', 'x').code);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  assert.equal(stdout.trim(), 'function closed');
});
