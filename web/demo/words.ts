// Every word of the page, in English and Chinese.

import type { EventKind, ImportReport, Reason } from './predilect/index.js';
import { quote, verb, wordReason } from './predilect/wording.js';

export { quote };

/** A language of the page. */
export type Wording = 'en' | 'zh';

const en = {
  skip: 'Skip to the recommendations',
  pages: 'Pages',
  pageFeed: 'Recommendations',
  pageHelp: 'Help',
  pageOwn: 'Your own',
  wording: 'Language of the page',
  headline: 'It learns what you love.\nIt tells nobody.',
  lead: 'Every recommendation here is worked out in this tab. Like something and watch the page change.',
  promptLabel: 'Search, or say what you like',
  placeholder: 'Search by meaning, or say “I like films and travel”',
  search: 'Search',
  describe: 'Tell my taste',
  describeNot: 'Not my taste',
  narrow: 'What to show',
  sections: 'Sections',
  languages: 'Language of the items',
  both: 'Both',
  all: 'All',
  shop: 'Shop',
  culture: 'Culture',
  news: 'News',
  recipes: 'Recipes',
  back: 'Back to my list',
  more: 'Show more',
  taste: 'Your taste',
  close: 'Close',
  foot: 'Predilect is open source. Items, texts and pictures on this page were made for it; nothing you do here is sent anywhere.',
  forYou: 'For you',
  toStart: 'To start with',
  startNote: 'Nothing is known about you yet: these are popular and varied.',
  pick: 'What are you interested in?',
  about: 'About',
  like: 'Like',
  dislike: 'Not for me',
  own: 'Have it',
  undo: 'Undo',
  retry: 'Try again',
  cancel: 'Cancel',
  why: 'Why this?',
  score: 'Score',
  tell: 'Open',
  alike: 'More like this',
  begun: 'Where you left off',
  interests: 'Interests',
  avoids: 'Turned away from',
  recent: 'What you did',
  forget: 'Forget',
  forgetAll: 'Forget everything',
  stronger: 'More of this',
  mute: 'Mute',
  undoLast: 'Undo the last step',
  visit: 'Go to its page',
  keep: 'Keep on this device',
  keepNote: 'Stored in this browser, encrypted. Switched off, it is erased there, and gone when the tab closes.',
  saveFile: 'Save as a file',
  loadFile: 'Add from a file',
  saveNote: 'All that is known about you, as text that you can read, take elsewhere and add again.',
  passphraseNew: 'Passphrase (leave it empty, and whoever has the file can read it)',
  passphrase: 'Passphrase of the file',
  saved: 'Saved as a file',
  look: 'Look inside',
  addThese: 'Add these',
  nothingNew: 'Nothing new is in this file: all of it is known already.',
  tasteEmpty: 'Nothing yet. Like a few things, or say in words what you enjoy.',
  made: 'Made of',
  typedBy: 'You wrote this',
  inside: 'Behind the glass',
  insideShow: 'Look inside',
  insideNote: 'Weights, signals of every card, timings and bytes.',
  failed: 'This page could not start',
  failedCall: 'That did not work',
  emptyList: 'Nothing is left to show here',
  emptyNote: 'Choose another section or language, or forget something you turned away.',
  emptySearch: 'Nothing fits',
  loading: 'Loading the recommendations',
  modelFirst: 'The first text loads a language model ({size}) from this site. Your words stay here.',
  modelReady: 'The language model is on your device. Your words stay here.',
  modelUnknown: 'The first text loads a language model from this site. Your words stay here.',
  modelPrepare: 'Unpacking the language model…',
  modelLoading: 'Loading the language model: {done} of {size}',
  themeAuto: 'Theme: as the system',
  themeLight: 'Theme: light',
  themeDark: 'Theme: dark',
  other: 'In other words: {text}',
  offlineReady: 'This site works without a network now.',
  newer: 'A newer version of this site is here.',
  loadNewer: 'Load it',
};

/** Names of the page's words. */
export type Word = keyof typeof en;

const zh: Record<Word, string> = {
  skip: '跳到推荐列表',
  pages: '页面',
  pageFeed: '推荐',
  pageHelp: '帮助',
  pageOwn: '自己的目录',
  wording: '页面语言',
  headline: '懂你所爱，\n守口如瓶。',
  lead: '这里的每一条推荐都在本页内算出。点一下喜欢，看列表随之改变。',
  promptLabel: '搜索，或说说你的喜好',
  placeholder: '按意思搜索，或者说“我喜欢看电影和旅游”',
  search: '搜索',
  describe: '告诉它我的口味',
  describeNot: '不合我口味',
  narrow: '显示什么',
  sections: '栏目',
  languages: '内容语言',
  both: '中英',
  all: '全部',
  shop: '商店',
  culture: '影游乐',
  news: '新闻',
  recipes: '菜谱',
  back: '回到我的推荐',
  more: '再来一些',
  taste: '你的口味',
  close: '关闭',
  foot: 'Predilect 是开源项目。本页的条目、文字与图画均为它而作；你在这里的一举一动都不会外传。',
  forYou: '为你推荐',
  toStart: '先从这些开始',
  startNote: '还不了解你：先看看热门而多样的内容。',
  pick: '你对什么感兴趣？',
  about: '关于',
  like: '喜欢',
  dislike: '不感兴趣',
  own: '已经有了',
  undo: '撤销',
  retry: '再试一次',
  cancel: '取消',
  why: '为什么推荐？',
  score: '得分',
  tell: '打开',
  alike: '相似的内容',
  begun: '接着看',
  interests: '兴趣',
  avoids: '不感兴趣的',
  recent: '你做过的事',
  forget: '忘掉',
  forgetAll: '全部忘掉',
  stronger: '多来点',
  mute: '静音',
  undoLast: '撤销上一步',
  visit: '前往页面',
  keep: '保存在这台设备上',
  keepNote: '加密存于本浏览器。关闭此项即从浏览器中清除，标签页一关便消失。',
  saveFile: '存成文件',
  loadFile: '从文件添加',
  saveNote: '关于你的一切记录，以可读的文字保存；可以带走，也可以再加回来。',
  passphraseNew: '口令（留空则拿到文件的人都能读）',
  passphrase: '文件的口令',
  saved: '已存成文件',
  look: '看看内容',
  addThese: '添加这些',
  nothingNew: '文件里没有新内容：都已经记住了。',
  tasteEmpty: '还是一张白纸。点几个喜欢，或用一句话说说你的爱好。',
  made: '由这些构成',
  typedBy: '你写的话',
  inside: '幕后',
  insideShow: '看看内部',
  insideNote: '权重、每张卡片的信号、用时与字节。',
  failed: '页面没能启动',
  failedCall: '这一步没有成功',
  emptyList: '这里没有可以推荐的了',
  emptyNote: '换个栏目或语言，或者忘掉某个“不感兴趣”。',
  emptySearch: '没有合适的结果',
  loading: '正在载入推荐',
  modelFirst: '第一次输入文字时会载入语言模型（{size}）。它来自本站；你写的话不会离开这里。',
  modelReady: '语言模型已在你的设备上。你写的话不会离开这里。',
  modelUnknown: '第一次输入文字时会从本站载入语言模型；你写的话不会离开这里。',
  modelPrepare: '正在展开语言模型……',
  modelLoading: '正在载入语言模型：{done} / {size}',
  themeAuto: '主题：跟随系统',
  themeLight: '主题：浅色',
  themeDark: '主题：深色',
  other: '换句话说：{text}',
  offlineReady: '现在没有网络也能使用本站。',
  newer: '本站有了新版本。',
  loadNewer: '重新载入',
};

/** Example texts under the prompt. */
export const EXAMPLES: Record<Wording, readonly string[]> = {
  en: ['I like films and travel', 'something warm for a cold night', '我喜欢看电影和旅游'],
  zh: ['我喜欢看电影和旅游', '适合下雨天的晚饭', 'quiet films about space'],
};

let wording: Wording = 'en';

/** Chooses the language of the page. */
export function setWording(next: Wording): void {
  wording = next;
}

/** The language of the page. */
export function currentWording(): Wording {
  return wording;
}

/** Words in both languages, looked up in that of the page, with `{places}` filled in. */
export function wordsOf<W extends string>(en: Readonly<Record<W, string>>, zh: Readonly<Record<W, string>>) {
  return (word: W, places: Record<string, string> = {}): string =>
    (wording === 'zh' ? zh : en)[word].replace(/\{(\w+)\}/g, (whole, name: string) => places[name] ?? whole);
}

/** A word of the page. */
export const w = wordsOf(en, zh);

/** The words of this page, for others to add theirs. */
export const common = { en, zh };

/** What an event was, as a verb. */
export function did(kind: EventKind): string {
  return verb(kind, wording);
}

/** A reason in words, given the title of the item behind it. */
export function because(reason: Reason, title: string | undefined): string {
  return wordReason(reason, { lang: wording, title });
}

/** Sentences with numbers and names, which each language builds in its own order. */
export const say = {
  liked: (title: string): string => (wording === 'zh' ? `已喜欢${quote(title)}` : `Liked ${quote(title)}`),
  disliked: (title: string): string => (wording === 'zh' ? `不再推荐${quote(title)}` : `No more of ${quote(title)}`),
  owned: (title: string): string =>
    wording === 'zh' ? `记下了，你有${quote(title)}` : `Noted: you have ${quote(title)}`,
  forgot: (title: string): string => (wording === 'zh' ? `已忘掉${quote(title)}` : `Forgot ${quote(title)}`),
  muted: (name: string): string => (wording === 'zh' ? `不再按${quote(name)}推荐` : `Muted ${quote(name)}`),
  moreOf: (name: string): string => (wording === 'zh' ? `多推荐${quote(name)}这类` : `More of ${quote(name)}`),
  usual: (name: string): string => (wording === 'zh' ? `${quote(name)}照常推荐` : `${quote(name)} counts as usual`),
  forgotAll: (): string => (wording === 'zh' ? '全部忘掉了' : 'Everything is forgotten'),
  told: (text: string): string => (wording === 'zh' ? `记下了：“${text}”` : `Noted: “${text}”`),
  wouldAdd: ({ events, typed, known, unknownItems }: ImportReport): string =>
    wording === 'zh'
      ? `会添加你做过的 ${events} 件事和写下的 ${typed} 句话；${known} 项已经记住。${unknownItems ? `其中 ${unknownItems} 件事所涉及的内容不在这里。` : ''}`
      : `This would add ${events} ${events === 1 ? 'thing' : 'things'} you did and ${typed} ${typed === 1 ? 'sentence' : 'sentences'} you wrote; ${known} ${known === 1 ? 'is' : 'are'} known already.${unknownItems ? ` ${unknownItems} of them ${unknownItems === 1 ? 'is' : 'are'} about items that are not here.` : ''}`,
  added: ({ events, typed }: ImportReport): string =>
    wording === 'zh'
      ? `已添加 ${events + typed} 项`
      : `Added ${events + typed} ${events + typed === 1 ? 'thing' : 'things'}`,
  refused: (code: string, first: boolean, message: string): string => {
    const known: Record<string, readonly [en: string, zh: string]> = {
      'wrong-passphrase': first
        ? ['This file is locked.', '这个文件已上锁。']
        : ['That is not the passphrase of this file.', '口令不对。'],
      'not-an-export': [
        'This is not a file that this page saved, or not the whole of it.',
        '这不是本页存的文件，或者不完整。',
      ],
      'export-version': ['This file was saved by a newer version of this page.', '这个文件由更新版本的页面保存。'],
    };
    return known[code]?.[wording === 'zh' ? 1 : 0] ?? message;
  },
  becauseYou: (kind: EventKind, title: string): string =>
    wording === 'zh' ? `因为你${did(kind)}${quote(title)}` : `Because you ${did(kind)} ${quote(title)}`,
  undone: (): string => (wording === 'zh' ? '已撤销' : 'Undone'),
  moved: (fresh: number, count: number): string =>
    wording === 'zh'
      ? `列表已更新：${count} 条，其中 ${fresh} 条是新的`
      : `List updated: ${count} items, ${fresh} of them new`,
  resultsNote: (count: number, across: boolean): string =>
    wording === 'zh'
      ? `找到 ${count} 条${across ? '，不分语言' : ''}`
      : `${count} found${across ? ', in both languages' : ''}`,
  events: (count: number): string =>
    wording === 'zh' ? `记住了 ${count} 件事` : `${count} ${count === 1 ? 'thing' : 'things'} remembered`,
  basedOn: (count: number): string =>
    wording === 'zh' ? `根据你的 ${count} 个动作` : `From ${count} ${count === 1 ? 'thing' : 'things'} you did`,
  minutes: (count: number): string => (wording === 'zh' ? `${count} 分钟` : `${count} min`),
  strength: (percent: number): string => (wording === 'zh' ? `强度 ${percent}%` : `Strength ${percent}%`),
  notice: (code: string, message: string): string => {
    const known: Record<string, readonly [en: string, zh: string]> = {
      'storage-full': [
        'No space left on this device: your taste is kept until the tab closes',
        '设备空间不足：你的喜好只保留到标签页关闭',
      ],
      'storage-denied': [
        'This browser allows no storage: your taste is gone when the tab closes',
        '浏览器不允许存储：标签页关闭后你的喜好即消失',
      ],
      'storage-evicted': ['The browser removed your stored taste', '浏览器清除了存储的喜好'],
      'erased-elsewhere': ['Erased in another tab', '已在另一标签页中清除'],
    };
    return known[code]?.[wording === 'zh' ? 1 : 0] ?? message;
  },
  timing: (call: string, work: string, total: string): string =>
    wording === 'zh' ? `${call}：计算 ${work}，往返 ${total}` : `${call}: ${work} of work, ${total} there and back`,
  scanned: (count: number): string =>
    wording === 'zh' ? `目录共 ${count} 条，全部在本页` : `${count} items in the catalogue, all of it in this tab`,
  place: (worker: boolean): string =>
    wording === 'zh'
      ? worker
        ? '在后台线程里运行'
        : '在页面线程里运行'
      : worker
        ? 'Runs in a worker, beside the page'
        : 'Runs on the page’s own thread',
};

/** How long ago, in words. */
export function ago(at: number, now: number): string {
  const format = new Intl.RelativeTimeFormat(wording, { numeric: 'auto', style: 'short' });
  const seconds = Math.round((at - now) / 1000);
  if (seconds > -60) return format.format(0, 'second');
  if (seconds > -3600) return format.format(Math.round(seconds / 60), 'minute');
  if (seconds > -86400) return format.format(Math.round(seconds / 3600), 'hour');
  return format.format(Math.round(seconds / 86400), 'day');
}

/** A number of bytes, in words. */
export function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** A time span in milliseconds, in words. */
export function ms(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * A date such as 2026-11-23 in the language of the page. Not by `Intl`: to load what it knows of all calendars takes longer than to draw
 * the list.
 */
export function day(date: string): string {
  const [, year, month, of] = /^(\d{4})-(\d{2})-(\d{2})/.exec(date)?.map(Number) ?? [];
  const name = month === undefined ? undefined : MONTHS[month - 1];
  if (name === undefined) return date;
  return wording === 'zh' ? `${year}年${month}月${of}日` : `${name} ${of}, ${year}`;
}

/** A price. The catalogue's prices are in euros. */
export function price(value: number): string {
  return `€${value.toFixed(value % 1 ? 2 : 0).replace(/\B(?=(\d{3})+(?!\d))/, ',')}`;
}
