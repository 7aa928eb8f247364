// Topics to choose from, for a reader of whom nothing is known yet: pressed ones are followed, and show their parts.

import { byId, el, replaceKeepingFocus } from './dom.js';
import type { Model, PageTopic, Shown } from './model.js';
import { currentWording, w } from './words.js';

/** What the picker asks of the page. */
export interface PickerHost {
  follow(topic: string): void;
  unfollow(topic: string): void;
}

/** Draws the topics while what is known of the reader is topics at most. */
export function renderPicker({ view, profile }: Shown, model: Model, host: PickerHost): void {
  const picker = byId('picker');
  const followed = new Set(profile.interests.filter(({ kind }) => kind === 'typed').map(({ label }) => label));
  const topics = model.topics;
  picker.hidden = view.kind !== 'list' || profile.events > 0 || topics.length === 0;
  if (picker.hidden) {
    picker.replaceChildren();
    return;
  }
  const chip = (topic: PageTopic, part: boolean): HTMLElement => {
    const name = topic.names[currentWording()];
    // Followed under the name of either language.
    const pressed = Object.values(topic.names).find((own) => followed.has(own));
    return el(
      'button',
      {
        type: 'button',
        class: part ? 'pick pick-part' : 'pick',
        'data-key': `topic ${topic.names.en}`,
        lang: /[\u4e00-\u9fff]/.test(name) ? 'zh' : 'en',
        'aria-pressed': String(pressed !== undefined),
        onclick: () => (pressed === undefined ? host.follow(name) : host.unfollow(pressed)),
      },
      name,
    );
  };
  const isOpen = (topic: PageTopic): boolean =>
    [topic, ...topic.topics].some(({ names }) => Object.values(names).some((name) => followed.has(name)));
  replaceKeepingFocus(picker, [
    el('p', { id: 'picker-title' }, w('pick')),
    el(
      'div',
      { class: 'picks', role: 'group', 'aria-labelledby': 'picker-title' },
      ...topics.flatMap((topic) => [
        chip(topic, false),
        ...(isOpen(topic) ? topic.topics.map((own) => chip(own, true)) : []),
      ]),
    ),
  ]);
}
