// Starts the page and joins its parts.

import { type CardHost, dealCards, type Mark, marks, renderCards } from './cards.js';
import { openDetail } from './detail.js';
import { breath, byId, change } from './dom.js';
import { announceList, renderFrame, showFailure, skeletons } from './frame.js';
import { type Item, Model, type Shown } from './model.js';
import { snack } from './notify.js';
import { type PickerHost, renderPicker } from './picker.js';
import type { Notice } from './predilect/index.js';
import { measureModel, modelProgress, startPrompt, wordPrompt } from './prompt.js';
import { renderRows } from './rows.js';
import { readSettings, type Settings, startControls, wordPage, writeSettings } from './settings.js';
import { renderTaste, type TasteHost } from './taste.js';
import { chooseFile, openSave, type TransferHost } from './transfer.js';
import { say } from './words.js';

let model: Model | undefined;
let last: Shown | undefined;
const settings = readSettings();

/** Runs what a control asks for; what goes wrong is told, with its code. */
function attempt(run: () => Promise<unknown> | undefined): void {
  Promise.resolve()
    .then(run)
    .catch((error: unknown) => showFailure(error, () => attempt(() => model?.refresh())));
}

const undo = (): void => attempt(() => model?.undo().then(() => snack(say.undone())));

const cardHost: CardHost = {
  item: (id) => model?.item(id),
  act(mark, item, pressed) {
    attempt(async () => {
      if (pressed) {
        await model?.forget({ item: item.id });
        snack(say.forgot(item.title), undo);
        return;
      }
      await model?.act(mark, item.id);
      const told: Record<Mark, (title: string) => string> = {
        like: say.liked,
        dislike: say.disliked,
        purchase: say.owned,
      };
      snack(told[mark](item.title), undo);
    });
  },
  open(item) {
    openItem(item);
    attempt(() => model?.act('click', item.id));
  },
};

const tasteHost: TasteHost = {
  open: openItem,
  forget: (what, said) => attempt(() => model?.forget(what).then(() => snack(said, undo))),
  tune: (item, factor, said) => attempt(() => model?.tune(item, factor).then(() => snack(said, undo))),
  undo,
  keep: (on) => attempt(() => model?.setKeep(on)),
  inside: (inside) => choose({ inside }),
  save: () => openSave(transferHost),
  load: () => chooseFile(transferHost),
};

const pickerHost: PickerHost = {
  follow: (topic) => attempt(() => model?.follow(topic).then(() => snack(say.told(topic), undo))),
  unfollow: (topic) =>
    attempt(() => model?.forget({ interest: `typed:${topic}` }).then(() => snack(say.forgot(topic), undo))),
};

const ready = (): Model => {
  if (!model) throw new Error('the page is not ready');
  return model;
};

const transferHost: TransferHost = {
  save: async (passphrase) => ready().save(passphrase),
  load: async (text, passphrase, preview) => ready().load(text, passphrase, preview),
  added: (report) => snack(say.added(report), undo),
};

function openItem(item: Item): void {
  const mark = last && marks(last.profile).get(item.id);
  void openDetail(item, mark, cardHost, () => ready().similar(item.id, 4));
}

/** Draws an answer of the model. */
async function show(shown: Shown, before: Shown | undefined): Promise<void> {
  last = shown;
  if (before) {
    const own = ready();
    // The list comes last, so that who sees it change sees everything changed.
    await inTurn(around(shown, own));
    await change(() => {
      renderFrame(own, shown);
      renderCards(byId('grid'), shown.items, marks(shown.profile), cardHost);
    });
  } else await drawFirst(shown);
  announceList(shown, before);
}

/** Draws the first answer in steps: the list, then what stands around it. */
async function drawFirst(shown: Shown): Promise<void> {
  const own = ready();
  const grid = byId('grid');
  renderFrame(own, shown);
  grid.setAttribute('aria-busy', 'true');
  await dealCards(grid, shown.items, marks(shown.profile), cardHost);
  await breath();
  await inTurn(around(shown, own));
  grid.removeAttribute('aria-busy');
}

/** What stands around the list, step by step. */
const around = (shown: Shown, own: Model): (() => void)[] => [
  () => renderPicker(shown, own, pickerHost),
  () => renderRows(shown, cardHost),
  () => renderTaste(shown, own, tasteHost),
];

/** Takes steps that the page may answer, and be drawn, between. */
async function inTurn(steps: readonly (() => void)[]): Promise<void> {
  for (const [at, step] of steps.entries()) {
    if (at > 0) await breath();
    step();
  }
}

/** Draws everything again in the language of the page. */
function reword(): void {
  wordPage(settings);
  wordPrompt();
  if (last && model) {
    renderFrame(model, last);
    renderCards(byId('grid'), last.items, marks(last.profile), cardHost);
    for (const draw of around(last, model)) draw();
  }
}

/** The panel is a drawer on a phone. */
function drawer(open: boolean): void {
  document.body.classList.toggle('drawer-open', open);
  byId('taste-open').setAttribute('aria-expanded', String(open));
  // While it covers the page, what is under it is out of reach.
  for (const id of ['list', 'prompt']) byId(id).inert = open;
  (open ? byId('taste-close') : byId('taste-open')).focus({ preventScroll: true });
}

function choose(changed: Partial<Settings>): void {
  Object.assign(settings, changed);
  writeSettings(settings);
  attempt(() => model?.choose(changed));
}

/** What happens to the profile without the reader's doing. */
function noticed({ code, message }: Notice): void {
  // The list of this tab follows when the reader does something next; the panel, which says what is known, at once.
  if (code === 'profile-changed') attempt(() => model?.refresh());
  else snack(say.notice(code, message));
}

async function start(): Promise<void> {
  skeletons();
  try {
    model = await Model.open(settings, modelProgress, noticed);
    model.onShown = show;
    await model.refresh();
    void measureModel();
    // What a visit without a network needs is fetched when this one has what it needs.
    void import('./offline.js').then(({ startOffline }) => startOffline());
  } catch (error) {
    model = undefined;
    showFailure(error, () => void start(), true);
  }
}

// First of all: the worker loads while the page is wired.
void start();
startControls(settings, (change) => {
  // Interests are named anew in the other language.
  choose(change);
  if (change.ui) reword();
  else wordPage(settings);
});
byId('back').onclick = () => attempt(() => model?.showList());
byId('more').onclick = () => attempt(() => model?.showMore());
byId('taste-open').onclick = () => drawer(true);
byId('taste-close').onclick = () => drawer(false);
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && document.body.classList.contains('drawer-open')) drawer(false);
});
document.addEventListener('choose', (event) => choose((event as CustomEvent<Partial<Settings>>).detail));

startPrompt({
  model: () => model,
  typed: (text, by) => attempt(() => model?.type(text, by)),
  searched: () => byId('list').scrollIntoView({ block: 'start' }),
  described: (text) => snack(say.told(text), undo),
});
reword();
