// Tables for a terminal: columns as wide as what they hold, at most as said; signs of Chinese and Japanese take two places.

/** @typedef {{name: string, most?: number, right?: boolean}} Column */

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

const width = (/** @type {string} */ text) => [...text].reduce((sum, sign) => sum + (WIDE.test(sign) ? 2 : 1), 0);

/** Without what a terminal would obey, and no wider than said. */
function cell(/** @type {string} */ text, /** @type {number} */ most) {
  const plain = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  if (width(plain) <= most) return plain;
  let cut = '';
  for (const sign of plain) {
    if (width(cut + sign) >= most) break;
    cut += sign;
  }
  return `${cut}…`;
}

/**
 * @param {Column[]} columns
 * @param {string[][]} rows
 */
export function table(columns, rows) {
  const cells = rows.map((row) => row.map((text, at) => cell(text, columns[at].most ?? 20)));
  const widths = columns.map(({ name }, at) => Math.max(width(name), ...cells.map((row) => width(row[at]))));
  const line = (/** @type {string[]} */ row) =>
    row
      .map((text, at) => {
        const gap = ' '.repeat(widths[at] - width(text));
        return columns[at].right ? gap + text : text + gap;
      })
      .join('  ')
      .trimEnd();
  return `${[columns.map(({ name }) => name), ...cells].map(line).join('\n')}\n`;
}
