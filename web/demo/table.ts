// The head of a table or of lines of JSON, to be shown before it is read in earnest. The builder has the last word on what is in it.

/** Names of columns, and the cells of the first rows as text. */
export interface Head {
  columns: string[];
  rows: string[][];
}

/** No more of a text is looked at. */
const LOOK = 1 << 16;

/** The head of a text. Without a column where it is something else. */
export function headOf(text: string, count = 3): Head {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start[0] === '{') return ofObjects(start.slice(0, LOOK).split('\n', count).map(parsed));
  if (start[0] === '[') {
    const all = parsed(start);
    return ofObjects(Array.isArray(all) ? all.slice(0, count) : []);
  }
  const [columns = [], ...rows] = cells(start.slice(0, LOOK), count + 1);
  return { columns: columns.map((name) => name.trim()), rows };
}

/** A text with the first records only. */
export function firstOf(text: string, count: number): string {
  const start = text.replace(/^\uFEFF/, '').trimStart();
  if (start[0] === '[') {
    const all = parsed(start);
    return Array.isArray(all)
      ? all
          .slice(0, count)
          .map((one) => JSON.stringify(one))
          .join('\n')
      : start;
  }
  // A table has its header besides.
  return start[0] === '{'
    ? start.slice(0, endOf(start, count, ''))
    : start.slice(0, endOf(start, count + 1, separatorOf(start)));
}

/** Where so many rows end. Without a separator, where so many lines do. */
function endOf(text: string, count: number, separator: string): number {
  let [rows, quoted, fresh, empty] = [0, false, true, true];
  for (let at = 0; at < text.length; at++) {
    const char = text[at] ?? '';
    if (quoted) {
      if (char === '"' && text[at + 1] === '"') at++;
      else quoted = char !== '"';
    } else if (char === '\n') {
      if (!empty && ++rows === count) return at + 1;
      [fresh, empty] = [true, true];
    } else if (char === separator) [fresh, empty] = [true, false];
    else if (char !== '\r') {
      quoted = char === '"' && fresh && separator !== '';
      [fresh, empty] = [false, false];
    }
  }
  return text.length;
}

function ofObjects(objects: readonly unknown[]): Head {
  const records = objects.filter((one): one is Record<string, unknown> => typeof one === 'object' && one !== null);
  const columns = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const shown = (value: unknown): string =>
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value);
  return { columns, rows: records.map((record) => columns.map((column) => shown(record[column]))) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Rows of a table; a quoted cell may have separators and lines in it. */
function cells(text: string, count: number): string[][] {
  const separator = separatorOf(text);
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at <= text.length && rows.length < count; at++) {
    const char = text[at] ?? '\n';
    if (quoted && char !== '"') cell += char;
    else if (quoted && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (char === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (char === separator) {
      row.push(cell);
      cell = '';
    } else if (char === '\n') {
      row.push(cell);
      if (row.length > 1 || row[0]?.trim()) rows.push(row);
      row = [];
      cell = '';
    } else if (char !== '\r') cell += char;
  }
  return rows;
}

/** What the first line has most of; commas where it is even. */
function separatorOf(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const count = (char: string): number => line.split(char).length;
  return [',', ';', '\t', '|'].reduce((best, char) => (count(char) > count(best) ? char : best));
}
