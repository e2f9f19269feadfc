// What is typed into the search field, as a test of a row: words that must all be found, `field:value`, and `-` before what must not.

const FIELDS = {
  status: (row, value) => String(row.status ?? "none").startsWith(value.replace(/x+$/, "")),
  model: (row, value) => has(row.model, value),
  op: (row, value) => has(row.operation, value),
  operation: (row, value) => has(row.operation, value),
  method: (row, value) => has(row.method, value),
  path: (row, value) => has(row.path, value),
  rule: (row, value) => any(row.rules, value),
  fault: (row, value) => any(row.faults, value),
  turn: (row, value) => String(row.turn) === value,
  id: (row, value) => has(row.id, value) || has(row.response_id, value),
};
const TEXTS = ["method", "path", "query", "operation", "model", "asked", "sent", "id", "response_id", "status"];

const has = (text, part) => String(text ?? "").toLowerCase().includes(part);
const any = (texts, part) => (part === "any" || part === "" ? texts.length > 0 : texts.some((text) => has(text, part)));

/** The test that this text stands for; quotation marks hold words together. */
export function matcher(text) {
  const tests = [...text.toLowerCase().matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))?/g)].filter(([all]) => all).map(([all, not, field, quoted, word]) => {
    const value = quoted ?? word ?? "";
    const known = field && Object.hasOwn(FIELDS, field) && FIELDS[field];
    const test = known ? (row) => known(row, value) : (row) => anywhere(row, quoted ?? all.slice(not.length));
    return not ? (row) => !test(row) : test;
  });
  return (row) => tests.every((test) => test(row));
}

function anywhere(row, part) {
  return TEXTS.some((name) => has(row[name], part)) || [...row.rules, ...row.faults, ...row.hints].some((text) => has(text, part));
}
