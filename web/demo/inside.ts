// What goes on inside, for those who want to see it: weights, signals, backend, timings, bytes.

import { byId, el } from './dom.js';
import type { Item, Model, Shown } from './model.js';
import type { Recommendation } from './predilect/index.js';
import { ms, size } from './words.js';
import { backendLines, i, kindName } from './words-inside.js';

/** Files that are listed one by one; the rest is summed up. */
const LISTED = 10;
const STYLE = './inside.css';

/** Draws the panel, where it is open. */
export function renderInside(shown: Shown, model: Model): void {
  if (!document.querySelector(`link[href="${STYLE}"]`)) {
    document.head.append(el('link', { rel: 'stylesheet', href: STYLE }));
  }
  const place = byId('inside');
  place.hidden = !model.settings.inside;
  if (place.hidden) return;
  place.replaceChildren(
    ...part('weights', ...weights(shown)),
    ...part('signals', ...signals(shown.items)),
    ...part('backend', backend(model)),
    ...part('timings', timings(model)),
    ...part('bytes', el('p', { class: 'note' }, i('bytesNote')), bytes(model)),
  );
}

type Title = 'weights' | 'signals' | 'backend' | 'timings' | 'bytes';

const part = (title: Title, ...body: (Node | false)[]): Node[] => [
  el('h4', { id: `inside-${title}` }, i(title)),
  ...body.filter((node) => node !== false),
];

type Cell = string | Node;

/** A table; the first cell of a row names it. */
function table(of: Title, heads: readonly string[], rows: readonly Cell[][], foot?: readonly Cell[]): HTMLElement {
  const row = (cells: readonly Cell[]): HTMLElement =>
    el('tr', {}, ...cells.map((cell, at) => (at === 0 ? el('th', { scope: 'row' }, cell) : el('td', {}, cell))));
  return el(
    'table',
    { class: 'inside-table', 'aria-labelledby': `inside-${of}` },
    heads.length > 0 && el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...rows.map(row)),
    foot && el('tfoot', {}, row(foot)),
  );
}

function weights({ profile }: Shown): (Node | false)[] {
  const all = [
    ...profile.interests.map((interest) => ({ ...interest, sign: 1 })),
    ...profile.negatives.map((interest) => ({ ...interest, sign: -1 })),
  ];
  if (all.length === 0) return [el('p', { class: 'note' }, i('noInterests'))];
  const factors = Object.entries(profile.factors);
  return [
    table(
      'weights',
      [i('interest'), i('weight'), i('items')],
      all.map(({ name, label, weight, sign, tuned, items }) => [
        name || label,
        `${signed(sign * weight)}${tuned === undefined ? '' : ` (× ${tuned})`}`,
        String(items.length),
      ]),
    ),
    factors.length > 0 &&
      el(
        'p',
        { class: 'note' },
        `${i('factors')}: ${factors.map(([kind, factor]) => `${kindName(kind)} × ${factor.toFixed(2)}`).join(', ')}`,
      ),
  ];
}

/** For each card its score and the kinds of signals in it, as a bar and as numbers. */
function signals(items: readonly Recommendation<Item>[]): Node[] {
  const most = Math.max(...items.map(({ reasons }) => reasons.reduce((sum, own) => sum + Math.abs(own.part), 0)), 1e-9);
  return [
    el('p', { class: 'note' }, i('signalsNote')),
    el(
      'ol',
      { class: 'signals' },
      ...items.map(({ fields, score, reasons }) => {
        const kinds = new Map<string, number>();
        for (const { kind, part } of reasons) kinds.set(kind, (kinds.get(kind) ?? 0) + part);
        const sorted = [...kinds].sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
        const bar = el('span', { class: 'signal-bar', 'aria-hidden': 'true' });
        for (const [kind, value] of sorted) {
          const share = el('i', { 'data-kind': kind, class: value < 0 ? 'minus' : undefined });
          share.style.setProperty('--share', String(Math.abs(value) / most));
          bar.append(share);
        }
        return el(
          'li',
          {},
          el(
            'span',
            { class: 'signal-head' },
            el('b', { lang: fields.lang }, fields.title),
            el('output', {}, score.toFixed(3)),
          ),
          bar,
          el('small', {}, sorted.map(([kind, value]) => `${kindName(kind)} ${signed(value)}`).join(' · ')),
        );
      }),
    ),
  ];
}

function backend(model: Model): HTMLElement {
  const { info, status } = model;
  const lines = backendLines({
    worker: model.inWorker,
    count: info.count,
    dimension: info.dimension,
    encoder: info.fingerprint,
    catalogue: `${info.name} ${info.checksum}`,
    model: model.loaded.has('model'),
    kept: status.kept,
    consent: status.consent,
    signal: status.privacySignal,
  });
  return table('backend', [], lines);
}

function timings(model: Model): HTMLElement {
  return table(
    'timings',
    [i('call'), i('work'), i('total')],
    model.timings.map(({ call, work, total }) => [call, ms(work), ms(total)]),
  );
}

/** What the page fetched, as the browser counts it, and what the worker said that it loaded. */
function bytes(model: Model): HTMLElement {
  const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
  const page = entries
    .filter(({ name }) => new URL(name).origin === location.origin)
    .map(({ name, transferSize, decodedBodySize }) => ({
      name: new URL(name).pathname.split('/').slice(-1)[0] || '/',
      wire: transferSize as number | undefined,
      size: decodedBodySize,
    }));
  const own = [...model.loaded].map(([name, size]) => ({ name, wire: undefined, size }));
  const all = [...page, ...own].sort((a, b) => b.size - a.size);
  const [listed, rest] = [all.slice(0, LISTED), all.slice(LISTED)];
  const sum = (list: typeof all, of: 'wire' | 'size'): number =>
    list.reduce((total, file) => total + (file[of] ?? 0), 0);
  // A worker's transfers are not told to the page; what came from the device cost none.
  const wire = (count: number | undefined): string =>
    count === undefined ? '–' : count === 0 ? i('kept') : size(count);
  return table(
    'bytes',
    [i('file'), i('wire'), i('size')],
    [
      ...listed.map((file) => [file.name, wire(file.wire), size(file.size)]),
      ...(rest.length > 0
        ? [[i('others', { count: String(rest.length) }), wire(sum(rest, 'wire')), size(sum(rest, 'size'))]]
        : []),
    ],
    [i('sum'), wire(sum(all, 'wire')), size(sum(all, 'size'))],
  );
}

const signed = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(3)}`;
