// `predilect recommend` and `similar`: the lists a page would get, in a terminal.

import {
  flag,
  folder,
  LIST,
  LIST_OPTIONS,
  LOOK,
  LOOK_OPTIONS,
  listOptions,
  look,
  number,
  opened,
  pairs,
  read,
  show,
  text,
  texts,
} from './line.mjs';

const RECOMMEND_HELP = `Recommend items for likes, dislikes and purchases. Without any, popular and recent items are shown.

Usage: predilect recommend <CATALOGUE> [options]

      --like, --dislike, --buy, --view, --click, --dismiss ID
                              what was done to an item; may be repeated
      --rate ID=STARS         stars for an item, 1 to 5
      --about TEXT            a taste in words; needs the encoder
      --follow NAME           a topic that is liked
      --surface NAME          for-you, similar, together, continue, trending or because [for-you]
      --of ID                 what a list of similar, together or because is about
      --cap FIELD=N           most items with the same label of a field
      --calibrate FIELD=SHARE how far a field's mix of labels is to follow what is liked, 0 to 1
      --diversity SHARE       how different the items are from each other, 0 to 1
      --explore SHARE         how much chance may decide, 0 to 1 [0]
      --seed N                seed of that chance [0]
      --now MS                time of the request, milliseconds since 1970 [now]
      --include-owned         also show what was bought, liked, rated or dismissed
      --text TEXT             what is asked for now, in words; needs the index of words or the encoder
${LOOK_OPTIONS}
${LIST_OPTIONS}

Examples:
  predilect recommend shop.predilect --like kettle-1 --like tea-7
  predilect recommend shop.predilect --buy phone-2 --rate case-9=1 -k 5 --filter 'price<=50'
  predilect recommend films.predilect --like heat-1995 --text 'something lighter for tonight'
  predilect recommend demo.predilect --about '我喜欢看电影和旅游' --filter section=culture`;

const SIMILAR_HELP = `Show the items most similar to one.

Usage: predilect similar <CATALOGUE> <ID> [options]

${LIST_OPTIONS}

Example: predilect similar shop.predilect kettle-1 -k 5 --filter lang=en`;

/** What a list is a reply to, without a word to a person. */
const SINGLE = { like: 'like', dislike: 'dislike', buy: 'purchase', view: 'view', click: 'click', dismiss: 'dismiss' };

/** `predilect recommend`. */
export async function recommend(/** @type {string[]} */ args) {
  const told = Object.fromEntries(Object.keys(SINGLE).map((name) => [name, texts]));
  const more = { rate: texts, about: texts, follow: texts, surface: text, of: texts, cap: texts, calibrate: texts };
  const dials = { diversity: text, explore: text, seed: text, now: text, 'include-owned': flag, text };
  const line = read(args, { ...told, ...more, ...dials, ...LOOK, ...LIST }, RECOMMEND_HELP, ['a catalogue']);
  if (!line) return;
  const { values } = line;
  const [path] = line.positionals;
  const asked = values.text === undefined ? undefined : look(path, values);
  const recommender = await opened(path, {
    ...(values.about && { encoder: folder(values.model) }),
    ...asked?.files,
  });
  try {
    const at = number('--now', values.now) ?? Date.now();
    const events = Object.entries(SINGLE).flatMap(([option, kind]) =>
      (values[option] ?? []).map((/** @type {string} */ item) => ({ kind, item, at })),
    );
    const rated = pairs('--rate', values.rate).map(([item, value]) => ({ kind: 'rating', item, value, at }));
    await recommender.record(/** @type {any} */ ([...events, ...rated]));
    for (const about of values.about ?? []) await recommender.describe(about, { at });
    for (const topic of values.follow ?? []) await recommender.follow(topic, { at });
    const list = await recommender.recommend({
      ...(await listOptions(recommender, values)),
      surface: values.surface,
      text: values.text,
      by: asked?.by,
      items: values.of,
      caps: Object.fromEntries(pairs('--cap', values.cap)),
      calibration: Object.fromEntries(pairs('--calibrate', values.calibrate)),
      diversity: number('--diversity', values.diversity),
      explore: number('--explore', values.explore),
      seed: number('--seed', values.seed) ?? 0,
      includeOwned: values['include-owned'],
      now: at,
    });
    await show(recommender, list, values.json);
  } finally {
    recommender.close();
  }
}

/** `predilect similar`. */
export async function similar(/** @type {string[]} */ args) {
  const line = read(args, LIST, SIMILAR_HELP, ['a catalogue', 'an id']);
  if (!line) return;
  const [path, id] = line.positionals;
  const recommender = await opened(path);
  try {
    const list = await recommender.similar(id, await listOptions(recommender, line.values));
    await show(recommender, list, line.values.json);
  } finally {
    recommender.close();
  }
}
