// Words of the page for a catalogue of one's own.

import { common, currentWording, wordsOf } from './words.js';

const en = {
  skipOwn: 'Skip to the file',
  ownTitle: 'Your own items',
  ownLead:
    'Take a table of things: books, recipes, goods, articles. It is read in this tab and recommends at once. It is uploaded nowhere.',
  drop: 'Drop a file here',
  dropNote: 'CSV, TSV, JSON Lines or JSON, with a title or a text for each item. Up to {items} items, {size}.',
  chooseFile: 'Choose a file',
  sample: 'Try a sample',
  paste: 'Paste a table instead',
  pasteLabel: 'A table with a header row, or a line of JSON for each item',
  useText: 'Read this text',
  columns: 'What is in it',
  columnsNote: 'Say what each column is. What is called as usual is found by itself.',
  role: 'What “{column}” is',
  asTitle: 'Title',
  asText: 'Text',
  asTags: 'Tags',
  asCategory: 'Category',
  asId: 'Id',
  asDate: 'Date',
  asPopularity: 'Popularity',
  asLang: 'Language',
  asPrice: 'Price',
  asUrl: 'Address',
  asField: 'Keep',
  asNothing: 'Leave out',
  build: 'Recommend from these',
  building: 'Getting ready',
  reading: 'Reading the records',
  loadingModel: 'Loading the language model: {done} of {size}',
  preparing: 'Unpacking the language model…',
  encoding: '{done} of {total} items encoded',
  writing: 'Writing the catalogue',
  left: 'about {time} left',
  cancelled: 'Stopped. Everything is as it was.',
  ready: '{count} items, ready',
  readyNote: 'Like something, or search. What you do here is forgotten when the tab closes.',
  saveCatalogue: 'Save the catalogue ({size})',
  saveNote: 'One file, for a page of your own: Recommender.create({ catalogue }).',
  leftOut: 'Left out',
  line: 'line {line}: {message}',
  similarTo: 'Like “{title}”',
  similar: 'More like this',
  useColumn: 'Which column is the title, or the text?',
  footOwn: 'Predilect is open source. Your file is read in this tab; neither it nor what you do here is sent anywhere.',
  wrong: 'This file cannot be used',
  useFirst: 'Take the first {count}',
  asWestern: 'Read it as Western European (Windows-1252)',
};

/** Names of this page's words, the common ones included. */
export type OwnWord = keyof typeof en | keyof typeof common.en;

const zh: Record<keyof typeof en, string> = {
  skipOwn: '跳到选择文件',
  ownTitle: '你自己的内容',
  ownLead: '拿一张表来：书、菜谱、商品、文章都行。它在本页内读取，马上就能推荐，不会上传到任何地方。',
  drop: '把文件拖到这里',
  dropNote: 'CSV、TSV、JSON Lines 或 JSON，每条要有标题或正文。最多 {items} 条，{size}。',
  chooseFile: '选择文件',
  sample: '用示例试试',
  paste: '也可以粘贴表格',
  pasteLabel: '带表头的表格，或每条一行的 JSON',
  useText: '读取这段文字',
  columns: '里面有什么',
  columnsNote: '说说每一列是什么。名字常见的会自动认出来。',
  role: '“{column}”是什么',
  asTitle: '标题',
  asText: '正文',
  asTags: '标签',
  asCategory: '类别',
  asId: '编号',
  asDate: '日期',
  asPopularity: '热度',
  asLang: '语言',
  asPrice: '价格',
  asUrl: '网址',
  asField: '保留',
  asNothing: '不要',
  build: '用这些来推荐',
  building: '正在准备',
  reading: '正在读取',
  loadingModel: '正在载入语言模型：{done} / {size}',
  preparing: '正在展开语言模型……',
  encoding: '已编码 {done} / {total} 条',
  writing: '正在写出目录',
  left: '大约还要 {time}',
  cancelled: '已停止，一切照旧。',
  ready: '{count} 条内容，可以用了',
  readyNote: '点一下喜欢，或者搜索。你在这里做的事，标签页一关就忘掉。',
  saveCatalogue: '保存目录文件（{size}）',
  saveNote: '只有一个文件，可用在你自己的页面里：Recommender.create({ catalogue })。',
  leftOut: '未采用',
  line: '第 {line} 行：{message}',
  similarTo: '与“{title}”相似',
  similar: '相似的内容',
  useColumn: '哪一列是标题，或者正文？',
  footOwn: 'Predilect 是开源项目。你的文件在本页内读取；它和你在这里做的一切都不会外传。',
  wrong: '这个文件用不了',
  useFirst: '只取前 {count} 条',
  asWestern: '按西欧编码（Windows-1252）读取',
};

/** A word of this page. */
export const o = wordsOf<OwnWord>({ ...common.en, ...en }, { ...common.zh, ...zh });

const chinese = (): boolean => currentWording() === 'zh';

/** What was read, in a line. */
export function readLine(kept: number, read: number, encoding: string | undefined): string {
  const other = encoding && encoding !== 'utf-8' ? ` (${encoding.toUpperCase()})` : '';
  if (chinese()) return `读到 ${read} 条，可用 ${kept} 条${other}`;
  return `${kept} of ${read} ${read === 1 ? 'record' : 'records'} can be used${other}`;
}

/** Why records were left out, by the builder's reason. */
export function dropReason(reason: string, count: number): string {
  const known: Record<string, readonly [en: string, zh: string]> = {
    syntax: ['are not written as the others are', '格式与其他的不一样'],
    encoding: ['have letters that cannot be read', '含有无法读取的字符'],
    'bad-field': ['have a value that cannot be used', '有用不了的值'],
    empty: ['have neither title nor text', '既无标题也无正文'],
    'duplicate-id': ['have the id of an earlier one', '编号与前面的重复'],
    'duplicate-content': ['say what an earlier one says', '内容与前面的重复'],
  };
  const words = known[reason]?.[chinese() ? 1 : 0] ?? reason;
  return chinese() ? `${count} 条${words}` : `${count} ${words}`;
}

/** What is wrong with a file, by the code of the error; the error's own words where there are none. */
export function trouble(code: string, message: string): string {
  const known: Record<string, readonly [en: string, zh: string]> = {
    spreadsheet: [
      'It is a spreadsheet. Save it as CSV (UTF-8) there, and bring that file.',
      '这是电子表格文件。请在表格软件里另存为 CSV（UTF-8），再拿来试。',
    ],
    'not-text': [
      'It is no text in UTF-8, UTF-16 or GB18030. Save it as CSV (UTF-8) and try again.',
      '它不是 UTF-8、UTF-16 或 GB18030 的文本。请另存为 CSV（UTF-8）再试。',
    ],
    network: [
      'What this needs could not be loaded. Without a network it works from the second time on.',
      '没能载入所需的文件。用过一次之后，没有网络也行。',
    ],
    'out-of-memory': ['This device has no memory for so many items.', '这台设备的内存放不下这么多内容。'],
  };
  const kind = code === 'not-text' && /spreadsheet/.test(message) ? 'spreadsheet' : code;
  return known[kind]?.[chinese() ? 1 : 0] ?? message;
}

/** Messages with numbers. */
export const tell = {
  empty: (): string => (chinese() ? '里面什么也没有。' : 'There is nothing in it.'),
  tooLarge: (size: string, most: string): string =>
    chinese()
      ? `文件有 ${size}，这个页面最多读 ${most}。可以取其中一部分，或者用命令行 predilect build。`
      : `It has ${size}; this page reads up to ${most}. Take a part of it, or the command line: predilect build.`,
  tooMany: (most: number): string =>
    chinese()
      ? `内容太多：这个页面最多编码 ${most} 条。可以取其中一部分，或者用命令行 predilect build。`
      : `It has too many items: this page encodes up to ${most.toLocaleString('en')}. Take a part of it, or the command line: predilect build.`,
  seconds: (count: number): string => {
    const whole = Math.max(1, Math.round(count));
    if (whole < 90) return chinese() ? `${whole} 秒` : `${whole} s`;
    return chinese() ? `${Math.round(whole / 60)} 分钟` : `${Math.round(whole / 60)} min`;
  },
};
