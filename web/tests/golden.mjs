// The golden cases of tests/goldens, for the browser: catalogues are built here, calls are answered there, and both must give
// what the native runner expects. The format of a case is told in tests/src/lib.rs.

import { readdir, readFile } from 'node:fs/promises';
import initBuilder, { Builder, indexWords } from '../dist/wasm/builder.js';
import initEncoder, { Encoder } from '../dist/wasm/encoder.js';
import { wasm } from './catalogue.mjs';

const folder = new URL('../../tests/goldens/', import.meta.url);
const model = new URL('../../models/predilect-encoder-small/', import.meta.url);

/** Fingerprint of catalogues whose vectors are given. */
const GIVEN = 'given-by-the-case';

/** All cases: name and content. */
export async function cases() {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map(async (name) => ({ name, golden: JSON.parse(await readFile(new URL(name, folder), 'utf8')) })),
  );
}

let encoder;
async function shippedEncoder() {
  if (encoder) return encoder;
  await initEncoder({ module_or_path: await wasm('encoder') });
  const [weights, tokenizer, manifest] = await Promise.all([
    readFile(new URL('model.onnx', model)),
    readFile(new URL('tokenizer.json', model)),
    readFile(new URL('manifest.json', model), 'utf8'),
  ]);
  encoder = new Encoder(weights, tokenizer, manifest);
  return encoder;
}

/** The catalogue of a case, and whether its vectors are given. */
async function build(golden) {
  await initBuilder({ module_or_path: await wasm('builder') });
  const builder = new Builder('{}');
  for (const { vector: _, ...item } of golden.items)
    builder.push(new TextEncoder().encode(`${JSON.stringify(item)}\n`));
  builder.finish();
  const given = golden.items.some((item) => item.vector);
  if (given) {
    const vectors = new Float32Array(golden.items.flatMap((item) => item.vector));
    const bytes = builder.assemble(vectors, GIVEN);
    return { given, bytes, words: indexWords(bytes) };
  }
  const vectors = (await shippedEncoder()).encode(builder.texts(0, builder.length));
  const bytes = builder.assemble(vectors, encoder.fingerprint);
  return { given, bytes, words: indexWords(bytes) };
}

/** What a page is handed to answer the steps of a case (`browser/in-page.mjs`). */
export async function handed(golden) {
  const { given, bytes, words } = await build(golden);
  const steps = golden.steps.map(({ expect: _, ...step }) => Object.entries(step)[0]);
  const [catalogue, index] = [bytes, words].map((part) => Buffer.from(part).toString('base64'));
  return { bytes: catalogue, index, steps, given, fingerprint: GIVEN };
}

/** Names and keywords of topics, of their parts and of interests. */
function called(reply, said) {
  for (const one of [reply, reply?.topics, reply?.interests].filter(Array.isArray).flat()) {
    if (one.name !== undefined) said.names.push(one.name);
    said.keywords.push(...(one.keywords ?? []));
    called(one, said);
  }
}

/** What does not hold of an answer, or nothing. */
export function wrong(expect = {}, { reply, error }) {
  if (error) {
    const right =
      expect.error?.code === error.code && expect.error.contains.every((text) => error.message.includes(text));
    return right ? undefined : `found ${error.code}: ${error.message}`;
  }
  if (expect.error) return `expected ${expect.error.code}`;
  const said = { names: [], keywords: [] };
  called(reply, said);
  const items = reply?.items ?? [];
  const ids = items.map(({ id }) => id);
  const best = reply?.answer ?? reply?.others?.[0];
  const place = (id) => ids.indexOf(id);
  const find = (id) => items.find((item) => item.id === id);
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const checks = [
    [!expect.ids || same(expect.ids, ids), `expected ${expect.ids}`],
    [
      !expect.first || same([...expect.first].sort(), ids.slice(0, expect.first.length).sort()),
      `expected first ${expect.first}`,
    ],
    ...(expect.before ?? []).map(([a, b]) => [
      place(a) >= 0 && (place(b) < 0 || place(a) < place(b)),
      `expected ${a} before ${b}`,
    ]),
    ...(expect.absent ?? []).map((id) => [place(id) < 0, `expected no ${id}`]),
    ...Object.entries(expect.holds ?? {}).flatMap(([field, values]) =>
      values.map((value) => [
        items.some(({ fields }) => fields[field] === value),
        `expected an item whose ${field} is ${value}`,
      ]),
    ),
    ...['names', 'keywords'].flatMap((what) =>
      (expect[what] ?? []).map((one) => [said[what].includes(one), `expected ${one} among ${what} ${said[what]}`]),
    ),
    [
      !expect.labels ||
        same(
          expect.labels,
          reply.map(({ label }) => label),
        ),
      `expected labels ${expect.labels}`,
    ],
    [!expect.status || expect.status === reply.status, `expected ${expect.status}, found ${reply?.status}`],
    [!expect.best || expect.best === best?.id, `expected ${expect.best}, found ${best?.id}`],
    [!expect.missed || expect.missed !== best?.id, `found ${best?.id}, known to be missed: make it "best"`],
    ...Object.entries(expect.scores ?? {}).map(([id, score]) => [
      Math.abs((find(id)?.score ?? NaN) - score) <= 1e-3,
      `expected ${id} to score ${score}`,
    ]),
    ...Object.entries(expect.causes ?? {}).map(([id, cause]) => [
      find(id)?.reasons.some(({ event }) => event?.item === cause),
      `expected ${cause} among the causes of ${id}`,
    ]),
    ...items.map(({ id, score, reasons }) => [
      Math.abs(reasons.reduce((sum, { part }) => sum + part, 0) - score) <= 1e-9,
      `the reasons of ${id} do not sum to its score`,
    ]),
  ];
  const failed = checks.find(([holds]) => !holds);
  return failed && `${failed[1]}; found ${ids}`;
}
