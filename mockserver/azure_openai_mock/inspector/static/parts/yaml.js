// Rules as YAML. JSON's values are YAML's, too: keys and entries of lists have a line each, what is below stands on it as JSON.

/** One rule, an entry of a list. */
export function yamlOf(rule) {
  const lines = Object.entries(rule).map(([key, value]) => `  ${key}:${block(value, "    ")}`);
  return `-${lines.join("\n").slice(1)}\n`;
}

function block(value, indent) {
  if (value === null || typeof value !== "object") return ` ${JSON.stringify(value)}`;
  if (Array.isArray(value)) return value.length ? value.map((each) => `\n${indent}- ${JSON.stringify(each)}`).join("") : " []";
  return Object.entries(value).map(([key, each]) => `\n${indent}${key}: ${JSON.stringify(each)}`).join("") || " {}";
}
