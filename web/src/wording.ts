// Reasons in words, in English and Chinese. A page can bring its own.

import type { ItemFields, Reason } from './lists.js';
import type { EventKind } from './types.js';

/** A language that reasons can be worded in. */
export type Language = 'en' | 'zh';

/** Words a reason: `named` is the title of the item behind it, in quotation marks, where there is one. */
export type ReasonTemplate = (reason: Reason, named: string | undefined) => string;

/** A template for each kind of reason. */
export type ReasonTemplates = { readonly [Kind in Reason['kind']]: ReasonTemplate };

/** The language that a tag such as `zh-Hant` stands for; English where there are no words for it. */
export function languageOf(tag: string | undefined): Language {
  return tag?.toLowerCase().split('-')[0] === 'zh' ? 'zh' : 'en';
}

/** Puts a title or text between quotation marks, which are the same in both languages. */
export function quote(title: string): string {
  return `“${title}”`;
}

const VERBS: Record<Language, Record<EventKind, string>> = {
  en: {
    view: 'saw',
    click: 'opened',
    like: 'liked',
    dislike: 'turned away',
    rating: 'rated',
    purchase: 'have',
    dwell: 'spent time with',
    dismiss: 'turned away',
    tune: 'tuned the interest of',
  },
  zh: {
    view: '看到过',
    click: '打开过',
    like: '喜欢',
    dislike: '不感兴趣',
    rating: '评过分',
    purchase: '已经有',
    dwell: '细看过',
    dismiss: '不感兴趣',
    tune: '调整过兴趣：',
  },
};

/** What a person did, as a verb that follows "you". */
export function verb(kind: EventKind, language: Language): string {
  return VERBS[language][kind];
}

const text = ({ text }: Reason): string | undefined => (text === undefined ? undefined : quote(text));

const EN: ReasonTemplates = {
  interest: ({ event }, named) =>
    named && event ? `Because you ${VERBS.en[event.kind]} ${named}` : 'Fits one of your interests',
  session: ({ event }, named) =>
    named && event ? `Just now you ${VERBS.en[event.kind]} ${named}` : 'Close to what you looked at just now',
  typed: (reason) => (reason.text ? `Because you said ${text(reason)}` : 'Fits what you wrote'),
  negative: (reason, named) => {
    if (named) return `Lowered: near ${named}, which you turned away`;
    return reason.text ? `Lowered: you turned away ${text(reason)}` : 'Lowered: near something you turned away';
  },
  neighbour: (_, named) =>
    named ? `People who turned to ${named} went on to this` : 'People with your taste went on to this',
  together: (_, named) =>
    named ? `People who turned to ${named} also turned to this` : 'People with your taste also turned to this',
  alike: ({ event, part }, named) => {
    if (!named || !event) return named ? `Much like ${named}` : 'Much like what you turned to';
    return part < 0 ? `Lowered: much like ${named}` : `Much like ${named}, which you ${VERBS.en[event.kind]}`;
  },
  facet: (reason) =>
    reason.part < 0 ? `Lowered: you seldom turn to ${text(reason)}` : `You often turn to ${text(reason)}`,
  popular: () => 'Popular with many',
  trend: () => 'Many turned to this lately',
  fresh: () => 'Recently added',
  seen: () => 'Shown to you before',
  diversity: () => 'For a varied list',
  explore: () => 'To learn more about your taste',
  similar: (_, named) => (named ? `Like ${named}` : 'Like this one'),
  match: (reason) => (reason.text ? `Fits ${text(reason)}` : 'Fits the meaning of your search'),
  words: (reason) => (reason.text ? `Has words of ${text(reason)}` : 'Has words of your search'),
  request: (reason) => (reason.text ? `Fits what you asked for: ${text(reason)}` : 'Fits what you asked for'),
  continue: ({ event }, named) =>
    named && event ? `You ${VERBS.en[event.kind]} ${named}` : 'You have not finished this',
  calibration: () => 'To keep the mix that you like',
  rule: ({ rule = '' }) => `Arranged by this page: ${rule}`,
};

const ZH: ReasonTemplates = {
  interest: ({ event }, named) => (named && event ? `因为你${VERBS.zh[event.kind]}${named}` : '符合你的一个兴趣'),
  session: ({ event }, named) =>
    named && event ? `接着看：你刚才${VERBS.zh[event.kind]}${named}` : '接近你刚才看的内容',
  typed: (reason) => (reason.text ? `因为你说过${text(reason)}` : '符合你写下的话'),
  negative: (reason, named) => {
    if (named) return `略降：近似你不感兴趣的${named}`;
    return reason.text ? `略降：你说过不要${text(reason)}` : '略降：近似你不感兴趣的内容';
  },
  neighbour: (_, named) => (named ? `选了${named}的人接着选了它` : '口味相近的人接着选了它'),
  together: (_, named) => (named ? `选了${named}的人也选了它` : '口味相近的人也选了它'),
  alike: ({ event, part }, named) => {
    if (!named || !event) return named ? `和${named}内容相近` : '和你看过的内容相近';
    return part < 0 ? `略降：和${named}内容相近` : `和你${VERBS.zh[event.kind]}的${named}内容相近`;
  },
  facet: (reason) => (reason.part < 0 ? `略降：你较少选${text(reason)}` : `你常选${text(reason)}`),
  popular: () => '大家都喜欢',
  trend: () => '最近很多人选了它',
  fresh: () => '新近上架',
  seen: () => '已经给你看过几次',
  diversity: () => '为了让列表更丰富',
  explore: () => '想多了解你一点',
  similar: (_, named) => (named ? `与${named}相似` : '与这一条相似'),
  match: (reason) => (reason.text ? `符合${text(reason)}` : '符合你搜索的意思'),
  words: (reason) => (reason.text ? `含有${text(reason)}中的词` : '含有你搜索的词'),
  request: (reason) => (reason.text ? `符合你的要求${text(reason)}` : '符合你的要求'),
  continue: ({ event }, named) => (named && event ? `你${VERBS.zh[event.kind]}${named}` : '你还没看完'),
  calibration: () => '让列表的比例合你的口味',
  rule: ({ rule = '' }) => `本页的安排：${rule}`,
};

/** The templates of each language. */
export const templates: Readonly<Record<Language, ReasonTemplates>> = { en: EN, zh: ZH };

/** Options of `wordReason`. */
export interface WordOptions {
  /** Language of the words. Default `en`. */
  lang?: Language;
  /** Title of the item that the reason names: of `reason.item`, else of `reason.event.item`. */
  title?: string | undefined;
  /** Words of the page's own, by kind; other kinds keep theirs. */
  templates?: Partial<ReasonTemplates>;
}

/**
 * A reason as one line of plain text. Titles and typed texts come into it as they are: show it as text, never as HTML.
 *
 * @example wordReason(item.reasons[0], { title: 'Teapot' }) // Because you liked “Teapot”
 */
export function wordReason(reason: Reason, { lang = 'en', title, templates: own }: WordOptions = {}): string {
  const template = own?.[reason.kind] ?? templates[lang][reason.kind];
  return template(reason, title === undefined ? undefined : quote(title));
}

/** The id of the item that a reason names, if it names one. */
export function itemOf({ item, event }: Reason): string | undefined {
  return item ?? event?.item;
}

/** Options of `summarise`. */
export interface SummaryOptions {
  /** Language of the words. Default `en`. */
  lang?: Language;
  /** Titles of the items that reasons name, by id. */
  titles?: ReadonlyMap<string, string>;
}

const COUNTS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine', 'Ten'];

/**
 * A list in one line of plain text, made of nothing but fields and reasons: how many items, whether all are new, the label they
 * share, and the reason that most of them have.
 *
 * @example summarise(list.items, { titles }) // Three new picks of “thriller”, because you liked “Heat”
 */
export function summarise(
  items: readonly { fields: ItemFields; reasons: readonly Reason[] }[],
  { lang = 'en', titles }: SummaryOptions = {},
): string {
  const count = items.length;
  const fresh =
    count > 0 && items.every(({ reasons }) => reasons.some(({ kind, part }) => kind === 'fresh' && part > 0));
  const label = shared(items.map(({ fields }) => [fields.category, fields.tags].flat()));
  const causes = new Map<string, number>();
  for (const { reasons } of items) {
    const why = reasons[0] && clause(reasons[0], lang, titles);
    if (why) causes.set(why, (causes.get(why) ?? 0) + 1);
  }
  const [why, times] = [...causes].reduce((best, own) => (own[1] > best[1] ? own : best), ['', 0]);
  // A reason of fewer than half is not that of the list.
  const said = times * 2 >= count ? why : '';
  if (lang === 'zh') {
    const some = times < count ? `其中 ${times} 条` : '';
    return `${count} 条${fresh ? '新' : ''}推荐${label ? `，都属于${quote(label)}` : ''}${said && `，${some}${said}`}`;
  }
  const some = times < count ? `${COUNTS[times]?.toLowerCase() ?? times} of them ` : '';
  const picks = `${COUNTS[count] ?? count} ${fresh ? 'new ' : ''}${count === 1 ? 'pick' : 'picks'}`;
  return `${picks}${label ? ` of ${quote(label)}` : ''}${said && `, ${some}${said}`}`;
}

/** The first label that all have. */
function shared(all: readonly unknown[][]): string | undefined {
  const [first = [], ...rest] = all;
  return first.find((label): label is string => typeof label === 'string' && rest.every((own) => own.includes(label)));
}

/** A reason as part of a sentence, where it has a cause that a whole list may share. */
function clause(
  { kind, part, event, text: said }: Reason,
  language: Language,
  titles: ReadonlyMap<string, string> | undefined,
): string | undefined {
  if (part <= 0) return undefined;
  const zh = language === 'zh';
  if (kind === 'popular') return zh ? '受大家喜欢' : 'popular with many';
  if (said !== undefined && kind === 'request') return zh ? `符合你的要求${quote(said)}` : `for ${quote(said)}`;
  if (said !== undefined && kind === 'typed')
    return zh ? `因为你说过${quote(said)}` : `because you said ${quote(said)}`;
  const title = event && titles?.get(event.item);
  if (!event || title === undefined) return undefined;
  const did = verb(event.kind, language);
  return zh ? `因为你${did}${quote(title)}` : `because you ${did} ${quote(title)}`;
}
