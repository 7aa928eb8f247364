// The index of vectors with a graphics processor, which here is software: that answers are those of the CPU, and that the
// CPU answers when the device does not. Nothing here says how fast a real one is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch, newPage, POLICY, serveSite } from './site.mjs';

const DIMENSION = 96;
const WORKER = `
  import { VectorIndex } from '/predilect/vectors.js';
  const index = await VectorIndex.create({ dimension: 4 });
  index.add(new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0]));
  const { gpu } = await index.accelerate({ allowSoftware: true, prefer: 'gpu' });
  const [{ rows }] = await index.searchAsync(new Float32Array([0, 1, 2, 0]), { k: 1 });
  postMessage({ gpu, path: index.status.path, rows: [...rows] });
`;
let server;
/** With an adapter, and without. */
let browsers;

before(async () => {
  server = await serveSite({
    answers: { '/gpu-worker.js': { headers: { 'content-type': 'text/javascript' }, body: WORKER } },
    // The tests' own functions are told to the page as text.
    headers: { 'content-security-policy': POLICY.replace("'wasm-unsafe-eval'", "'wasm-unsafe-eval' 'unsafe-eval'") },
  });
  browsers = { some: await launch({ webgpu: true }), none: await launch() };
});
after(async () => {
  await browsers?.some.close();
  await browsers?.none.close();
  await server?.close();
});

/** Runs `act(index, ask, vectors)` on a page whose device was changed by `spoil`, with an index of `count` rows. */
async function run(browser, { spoil = () => {}, count = 700, act }) {
  const { page, context, problems } = await newPage(browser);
  await page.addInitScript(spoil);
  await page.goto(`${server.url}empty.html`);
  const result = await page.evaluate(
    async ([act, count, dimension]) => {
      const { VectorIndex } = await import('/predilect/vectors.js');
      let state = 7;
      const random = () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return state / 2 ** 32 - 0.45;
      };
      const vectors = (rows) => Float32Array.from({ length: rows * dimension }, random);
      const index = await VectorIndex.create({ dimension });
      index.add(vectors(count));
      const plain = (answers) => answers.map(({ rows, scores }) => [[...rows], [...scores]]);
      const ask = async (queries, options) => ({
        found: plain(await index.searchAsync(queries, options)),
        expected: plain(index.search(queries, { ...options, exact: true })),
        path: index.status.path,
      });
      return new Function(`return (${act})`)()(index, ask, vectors);
    },
    [String(act), count, DIMENSION],
  );
  await context.close();
  return { result, problems };
}

test('without an adapter the CPU answers, and the status says why', async () => {
  const { result, problems } = await run(browsers.none, {
    act: async (index, ask, vectors) => {
      const before = index.status;
      const told = await index.accelerate();
      return { before, told, answer: await ask(vectors(2), { k: 5 }) };
    },
  });
  assert.deepEqual(result.before, { path: 'cpu', gpu: 'off' });
  assert.deepEqual([result.told.gpu, result.told.code], ['failed', 'gpu-absent']);
  assert.equal(result.answer.path, 'cpu');
  assert.deepEqual(result.answer.found, result.answer.expected);
  assert.deepEqual(problems, []);
});

test('an adapter that is software is left alone', async () => {
  const { result } = await run(browsers.some, {
    act: async (index, ask, vectors) => ({
      told: await index.accelerate(),
      answer: await ask(vectors(1), { k: 5 }),
    }),
  });
  assert.deepEqual([result.told.gpu, result.told.code, result.answer.path], ['failed', 'gpu-software', 'cpu']);
});

test('both are timed, and the quicker one is remembered', async () => {
  const { result } = await run(browsers.some, {
    act: async (index, ask, vectors) => {
      const { calibration } = await index.accelerate({ allowSoftware: true });
      const first = index.status;
      const kept = { ...calibration, times: [{ queries: 1, cpu: 2, gpu: 1 }] };
      const again = await index.accelerate({ allowSoftware: true, calibration: kept });
      const quicker = await ask(vectors(3), {});
      const slower = { ...kept, times: [{ queries: 1, cpu: 1, gpu: 2 }] };
      await index.accelerate({ allowSoftware: true, calibration: slower });
      return { calibration, first, again, quicker: quicker.path, slower: (await ask(vectors(3), {})).path };
    },
  });
  const { adapter, rows, dimension, times } = result.calibration;
  assert.ok(adapter.length > 0);
  assert.deepEqual([rows, dimension, times.map(({ queries }) => queries)], [700, DIMENSION, [1, 8]]);
  assert.ok(times.every(({ cpu, gpu }) => cpu >= 0 && gpu > 0));
  assert.equal(result.first.gpu, 'ready');
  assert.deepEqual(result.again.calibration.times, [{ queries: 1, cpu: 2, gpu: 1 }], 'nothing was timed again');
  assert.deepEqual([result.quicker, result.slower], ['gpu', 'cpu']);
});

const everything = async (index, ask, vectors) => {
  const { gpu, message } = await index.accelerate({ allowSoftware: true, prefer: 'gpu' });
  const answers = [await ask(vectors(1), {}), await ask(vectors(9), { k: 40 }), await ask(vectors(2), { k: 5000 })];
  answers.push(await ask(vectors(1), { only: new Uint32Array([3, 5, 699, 12_345]) }));
  index.add(vectors(70));
  index.set(5, vectors(1));
  index.set(720, vectors(1));
  // Rows that change while earlier changes are on their way; a second start meanwhile waits its turn.
  const under = index.searchAsync(vectors(1));
  const again = index.accelerate({ allowSoftware: true, prefer: 'gpu' });
  await Promise.resolve();
  index.set(5, vectors(1));
  for (const row of [3, 64, 699, 769]) index.remove(row);
  await Promise.all([under, again]);
  index.set(5, vectors(1));
  const changing = index.searchAsync(vectors(1));
  await new Promise((done) => setTimeout(done));
  index.set(5, vectors(1));
  await changing;
  answers.push(await ask(vectors(1), { k: 1000 }), await ask(vectors(2), { only: new Uint32Array([3, 5, 720]) }));
  const refused = await index.searchAsync(new Float32Array(7)).catch(({ code }) => code);
  const notFinite = await index.searchAsync(new Float32Array(96).fill(Number.NaN)).catch(({ code }) => code);
  return { gpu, message, answers, refused, notFinite, status: index.status };
};

function assertEverything({ gpu, message, answers, refused, notFinite, status }) {
  assert.equal(gpu, 'ready', message);
  for (const { path, found, expected } of answers) {
    assert.equal(path, 'gpu');
    assert.deepEqual(found, expected);
  }
  assert.equal(answers[4].found[0][0].length, 766, 'removed rows are not found');
  assert.deepEqual([refused, notFinite, status.gpu], ['dimension-mismatch', 'bad-input', 'ready']);
}

test('hits and scores are those of the CPU, whatever is added, changed and removed', async () => {
  const { result, problems } = await run(browsers.some, { act: everything });
  assertEverything(result);
  assert.deepEqual(problems, []);
});

test('the same without packed dot products', async () => {
  const { result } = await run(browsers.some, {
    spoil: () => {
      const { keys } = WGSLLanguageFeatures.prototype;
      WGSLLanguageFeatures.prototype.keys = function () {
        return [...keys.call(this)].filter((name) => !name.startsWith('packed'))[Symbol.iterator]();
      };
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        if (descriptor.code.includes('dot4I8Packed')) throw new Error('packed dot products are used');
        return createShaderModule.call(this, descriptor);
      };
    },
    act: everything,
  });
  assertEverything(result);
});

/** What goes wrong with the device, and what the status says then. */
const FAULTS = [
  [
    'the device is destroyed',
    () => {
      for (const device of window.devices) device.destroy();
    },
    /^gpu-/,
  ],
  [
    'the device does not answer',
    () => {
      GPUBuffer.prototype.mapAsync = () => new Promise(() => {});
    },
    /^gpu-timeout$/,
  ],
  [
    'the memory is at its end',
    () => {
      GPUDevice.prototype.popErrorScope = async () => new GPUOutOfMemoryError('there is none left');
    },
    /^gpu-out-of-memory$/,
  ],
  [
    'a command is refused',
    () => {
      GPUDevice.prototype.popErrorScope = async () => new GPUValidationError('that is not allowed');
    },
    /^gpu-invalid$/,
  ],
  [
    'the glue throws',
    () => {
      GPUDevice.prototype.createCommandEncoder = () => {
        throw new Error('no');
      };
    },
    /^gpu-|crashed/,
  ],
];
for (const [name, spoil, code] of FAULTS) {
  test(`${name}: the CPU answers in the same call`, async () => {
    const { result } = await run(browsers.some, {
      spoil: () => {
        window.devices = [];
        const { requestDevice } = GPUAdapter.prototype;
        GPUAdapter.prototype.requestDevice = async function (descriptor) {
          const device = await requestDevice.call(this, descriptor);
          window.devices.push(device);
          return device;
        };
      },
      act: `async (index, ask, vectors) => {
        await index.accelerate({ allowSoftware: true, prefer: 'gpu', timeout: 4000 });
        const good = await ask(vectors(2), {});
        (${spoil})();
        const bad = await ask(vectors(2), { k: 7 });
        const after = index.status;
        return { good, bad, after, later: await ask(vectors(2), {}) };
      }`,
    });
    assert.equal(result.good.path, 'gpu');
    assert.deepEqual(result.good.found, result.good.expected);
    assert.deepEqual([result.bad.path, result.bad.found], ['cpu', result.bad.expected]);
    assert.match(result.after.code, code);
    assert.deepEqual([result.after.gpu, result.later.path], ['failed', 'cpu']);
    assert.deepEqual(result.later.found, result.later.expected);
  });
}

test('a device that computes wrongly is found out before it answers', async () => {
  const { result } = await run(browsers.some, {
    spoil: () => {
      const { createShaderModule } = GPUDevice.prototype;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        const code = descriptor.code.replace('* 128', '* 127');
        return createShaderModule.call(this, { ...descriptor, code });
      };
    },
    act: async (index, ask, vectors) => ({
      told: await index.accelerate({ allowSoftware: true, prefer: 'gpu' }),
      answer: await ask(vectors(1), {}),
    }),
  });
  assert.deepEqual([result.told.gpu, result.told.code, result.answer.path], ['failed', 'gpu-wrong', 'cpu']);
  assert.deepEqual(result.answer.found, result.answer.expected);
});

test('in a worker, too', async () => {
  const { page, context } = await newPage(browsers.some);
  await page.goto(`${server.url}empty.html`);
  const found = await page.evaluate(async () => {
    const worker = new Worker('/gpu-worker.js', { type: 'module' });
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  });
  assert.deepEqual(found, { gpu: 'ready', path: 'gpu', rows: [2] });
  await context.close();
});
