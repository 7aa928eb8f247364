// The help page: questions answered from a list of questions, or an honest "not sure".

import { byId, el } from './dom.js';
import { type Answer, PredilectError, type Progress, Recommender, type SearchBy } from './predilect/index.js';
import { modelBytes } from './prompt.js';
import { readSettings, startControls, wordPage, writeSettings } from './settings.js';
import { size, w } from './words.js';
import { h, helpTitle, languageOf, QUESTIONS, sure } from './words-help.js';

/** A question with its answer, as the catalogue has it. */
interface Entry {
  readonly id: string;
  readonly lang: 'en' | 'zh';
  readonly title: string;
  readonly text: string;
  readonly category: string;
  readonly order: number;
}

/** What the answer's place shows. */
type Shown = { kind: 'reply'; question: string; reply: Answer<Entry> } | { kind: 'entry'; entry: Entry };

/** The model: not asked for, on its way, there, or given up by the reader or by a failure. */
type ModelState = 'none' | 'loading' | 'ready' | 'stopped';

const settings = readSettings();
const form = byId<HTMLFormElement>('ask');
const box = byId<HTMLTextAreaElement>('question');
let recommender: Recommender<Entry> | undefined;
let entries: Entry[] = [];
let shown: Shown | undefined;
let asking: AbortController | undefined;
let loading: AbortController | undefined;
let state: ModelState = 'none';
let trouble: string | undefined;
let bytes: number | undefined;
let progress: Progress | undefined;

async function start(): Promise<void> {
  try {
    recommender = await Recommender.create<Entry>({
      catalogue: './help.predilect',
      words: './help.words',
      encoder: './model/',
      onProgress: told,
    });
    const { count } = await recommender.info();
    const { items } = await recommender.recommend({ k: count, diversity: 0 });
    entries = items.map(({ fields }) => fields).sort((a, b) => a.order - b.order);
    drawTopics();
    openNamed();
    bytes = await modelBytes();
    drawModel();
    const { startOffline } = await import('./offline.js');
    startOffline();
  } catch (error) {
    const { code, message } = described(error);
    byId('topics').replaceChildren(
      el(
        'div',
        { class: 'state', role: 'alert' },
        el('h3', {}, h('failedStart')),
        el('p', {}, el('code', { id: 'error-code' }, code)),
        el('p', {}, message),
        el('button', { type: 'button', class: 'button lead-button', onclick: () => void start() }, w('retry')),
      ),
    );
  } finally {
    byId('topics').removeAttribute('aria-busy');
  }
}

/** Answers by words at once, and again by words and meaning when the model is there. */
async function ask(question: string): Promise<void> {
  if (!recommender || !question) {
    box.focus();
    return;
  }
  asking?.abort();
  const mine = new AbortController();
  asking = mine;
  const answer = async (by: SearchBy): Promise<void> => {
    const lang = languageOf(question);
    const reply = await recommender?.ask(question, { lang, by, k: 4, signal: mine.signal });
    if (!reply || mine !== asking) return;
    shown = { kind: 'reply', question, reply };
    drawAnswer();
  };
  try {
    await answer(state === 'ready' ? 'both' : 'words');
    byId('answer').scrollIntoView({ block: 'nearest' });
    if (state === 'none') void load();
    if (state === 'loading') {
      await model;
      // The reader may have given the model up meanwhile: the answer by words stays.
      if ((state as ModelState) === 'ready') await answer('both');
    }
  } catch (error) {
    const { code, message } = described(error);
    if (code === 'aborted') return;
    trouble = `${w('failedCall')} (${code}): ${message}`;
    drawModel();
  }
}

let model: Promise<void> = Promise.resolve();

/** Loads the model; what becomes of it is told in the line under the question. */
function load(): Promise<void> {
  const mine = new AbortController();
  loading = mine;
  state = 'loading';
  trouble = undefined;
  progress = undefined;
  drawModel();
  model = (async () => {
    try {
      await recommender?.loadEncoder({ signal: mine.signal });
      state = 'ready';
    } catch (error) {
      const { code, message } = described(error);
      state = 'stopped';
      if (code !== 'aborted') trouble = `${w('failedCall')} (${code}): ${message}`;
    }
    drawModel();
  })();
  return model;
}

function told(step: Progress): void {
  if (step.file !== 'model' || state !== 'loading') return;
  progress = step;
  drawModel();
}

/** The line under the question: how questions are looked up now, and what can be done about it. */
function drawModel(): void {
  const line = byId('model');
  line.classList.toggle('wrong', trouble !== undefined);
  const button = (text: string, onclick: () => unknown): HTMLElement =>
    el('button', { type: 'button', class: 'link', onclick }, text);
  if (state === 'loading') {
    const { phase = 'download', loaded = 0, total = bytes } = progress ?? {};
    const unpacking = phase !== 'download';
    const text = unpacking
      ? w('modelPrepare')
      : w('modelLoading', { done: size(loaded), size: total === undefined ? '?' : size(total) });
    // Drawn anew only where it changes, so that the button can be pressed meanwhile.
    const bar = line.querySelector('progress');
    const span = line.querySelector('span');
    if (bar && span) {
      span.textContent = text;
      if (unpacking) bar.removeAttribute('value');
      else bar.value = loaded;
      if (total !== undefined) bar.max = total;
      return;
    }
    line.replaceChildren(
      el('span', {}, text),
      el('progress', { max: total, value: loaded, 'aria-label': w('modelPrepare') }),
      button(w('cancel'), () => loading?.abort()),
    );
    return;
  }
  if (state === 'ready') line.replaceChildren(el('span', {}, w('modelReady')));
  else if (state === 'stopped') {
    const again = bytes === undefined ? h('loadModelPlain') : h('loadModel', { size: size(bytes) });
    line.replaceChildren(
      el('span', {}, trouble ?? h('stayWords')),
      button(again, async () => {
        await load();
        if (shown?.kind === 'reply') await ask(shown.question);
      }),
    );
  } else {
    line.replaceChildren(
      el(
        'span',
        {},
        trouble ?? (bytes === undefined ? h('modelFirstAskPlain') : h('modelFirstAsk', { size: size(bytes) })),
      ),
    );
  }
}

/** The answer, or that there is none; and what else may be meant. */
function drawAnswer(): void {
  const place = byId('answer');
  place.hidden = shown === undefined;
  if (!shown) return;
  if (shown.kind === 'entry') {
    place.dataset.status = 'chosen';
    place.replaceChildren(...verdictOf(h('chosen'), shown.entry));
    return;
  }
  const { reply } = shown;
  place.dataset.status = reply.status;
  const others = el(
    'ul',
    { class: 'nearest' },
    ...reply.others
      .slice(0, 3)
      .map(({ fields }) =>
        el(
          'li',
          { lang: fields.lang },
          el('button', { type: 'button', class: 'link', onclick: () => choose(fields) }, fields.title),
        ),
      ),
  );
  const how = el('p', { class: 'note', id: 'by' }, h(reply.by === 'words' ? 'byWords' : 'byBoth'));
  if (reply.answer) {
    const { fields, confidence } = reply.answer;
    place.replaceChildren(
      ...verdictOf(sure(confidence), fields),
      how,
      ...(reply.others.length ? [el('h3', {}, h('notIt')), others] : []),
    );
    return;
  }
  place.replaceChildren(
    el('p', { class: 'verdict', id: 'verdict' }, h('unsure')),
    el('p', {}, h(reply.others.length ? 'unsureNote' : 'unsureNothing')),
    others,
    how,
  );
}

function verdictOf(verdict: string, { title, text, lang }: Entry): HTMLElement[] {
  return [
    el('p', { class: 'verdict', id: 'verdict' }, verdict),
    el('h2', { lang, id: 'matched' }, title),
    el('p', { lang, class: 'answer-text', id: 'answer-text' }, text),
  ];
}

/** Shows the answer to a question that the reader picked. */
function choose(entry: Entry): void {
  asking?.abort();
  asking = undefined;
  shown = { kind: 'entry', entry };
  drawAnswer();
  byId('answer').focus({ preventScroll: true });
}

/** All questions by topic, in the language of the page. */
function drawTopics(): void {
  const own = entries.filter(({ lang }) => lang === settings.ui);
  const open = new Set([...document.querySelectorAll<HTMLElement>('.entry[open]')].map(({ id }) => bare(id)));
  const topics = [...new Set(own.map(({ category }) => category))];
  byId('topics').replaceChildren(
    ...topics.map((topic, at) =>
      el(
        'section',
        { class: 'topic', 'aria-labelledby': `topic-${at}` },
        el('h3', { id: `topic-${at}` }, topic),
        ...own
          .filter(({ category }) => category === topic)
          .map(({ id, title, text }) =>
            el(
              'details',
              { class: 'entry', id, open: open.has(bare(id)) },
              el('summary', {}, title),
              el('p', {}, text),
            ),
          ),
      ),
    ),
  );
}

/** The question of an id without its language. */
const bare = (id: string): string => id.replace(/-(en|zh)$/, '');

/** Opens the question that the address names, in whichever language the page is. */
function openNamed(): void {
  const name = bare(decodeURIComponent(location.hash.slice(1)));
  const entry = name ? document.getElementById(`${name}-${settings.ui}`) : null;
  if (!(entry instanceof HTMLDetailsElement)) return;
  entry.open = true;
  entry.scrollIntoView({ block: 'center' });
}

function described(error: unknown): { code: string; message: string } {
  return {
    code: error instanceof PredilectError ? error.code : 'unexpected',
    message: error instanceof Error ? error.message : String(error),
  };
}

function reword(): void {
  wordPage(settings, h);
  document.title = helpTitle();
  box.placeholder = h('askPlaceholder');
  byId('examples').replaceChildren(
    ...QUESTIONS[settings.ui].map((question) =>
      el(
        'button',
        {
          type: 'button',
          class: 'example',
          lang: languageOf(question),
          onclick: () => {
            box.value = question;
            void ask(question);
          },
        },
        question,
      ),
    ),
  );
  byId('model').replaceChildren();
  drawModel();
  drawTopics();
  drawAnswer();
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void ask(box.value.trim());
});
box.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  form.requestSubmit();
});
addEventListener('hashchange', openNamed);
startControls(settings, (change) => {
  Object.assign(settings, change);
  writeSettings(settings);
  reword();
});
reword();
void start();
