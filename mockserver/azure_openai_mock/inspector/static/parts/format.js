// Numbers, times and statuses as people read them.

const clockTime = new Intl.DateTimeFormat([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const wholeTime = new Intl.DateTimeFormat([], { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const grouped = new Intl.NumberFormat("en");

/** Unix seconds -> "14:03:59". */
export const timeOf = (seconds) => clockTime.format(seconds * 1000);

/** Unix seconds -> date and time. */
export const momentOf = (seconds) => wholeTime.format(seconds * 1000);

/** 12345 -> "12,345". */
export const numberOf = (number) => grouped.format(number);

/** Milliseconds -> "0.42 ms", "12 ms", "1.28 s", "2 min 5 s". */
export function spanOf(ms) {
  if (ms === null || ms === undefined) return "…";
  if (ms < 1) return `${ms.toFixed(2)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** 2048 -> "2.0 kB". */
export function sizeOf(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How a status is coloured: "good", "warn", "bad"; "" for none yet. */
export function moodOf(status) {
  if (!status) return "";
  return status < 400 ? "good" : status < 500 ? "warn" : "bad";
}

/** "1 event", "2 events". */
export const countOf = (number, one, many = `${one}s`) => `${numberOf(number)} ${number === 1 ? one : many}`;

/** What an entry's tokens come to in few signs: "120 → 24", and all of it in words. */
export function tokensOf(tokens) {
  if (!tokens) return { short: "", long: "" };
  const { sent, context, counted, cached, output } = tokens;
  const short = output === undefined ? numberOf(counted) : `${numberOf(counted)} → ${numberOf(output)}`;
  const parts = [
    `${numberOf(counted)} in`,
    sent === undefined ? "" : `(${numberOf(sent)} sent, ${numberOf(context)} of earlier turns, ${numberOf(cached)} cached)`,
    output === undefined ? "" : `${numberOf(output)} out`,
    tokens.exact ? "" : "estimated",
  ];
  return { short, long: parts.filter(Boolean).join(" ") };
}
