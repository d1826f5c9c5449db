// Which lines of a text went and which came: the shortest such list, of files that people edit (some hundred lines).
const MOST = 1000;

// lengths[i][k]: lines that a from i and b from k have in common, in order.
function common(a, b) {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let k = b.length - 1; k >= 0; k -= 1) lengths[i][k] = a[i] === b[k] ? lengths[i + 1][k + 1] + 1 : Math.max(lengths[i + 1][k], lengths[i][k + 1]);
  return lengths;
}

// [{ sign: "-" or "+", line, text }], line as counted in the text that has it.
export function lineDiff(before, after) {
  let a = before.split("\n"), b = after.split("\n"), start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1;
  a = a.slice(start, a.length - end);
  b = b.slice(start, b.length - end);
  const isLong = a.length > MOST || b.length > MOST, lengths = isLong ? null : common(a, b), out = [];
  let i = 0, k = 0;
  while (i < a.length || k < b.length) {
    if (!isLong && i < a.length && k < b.length && a[i] === b[k]) {
      i += 1;
      k += 1;
    } else if (i < a.length && (isLong || k === b.length || lengths[i + 1][k] >= lengths[i][k + 1])) {
      out.push({ sign: "-", line: start + i + 1, text: a[i] });
      i += 1;
    } else {
      out.push({ sign: "+", line: start + k + 1, text: b[k] });
      k += 1;
    }
  }
  return out;
}
