/** A value in an error's message: short, on one line, told from its neighbours in type. */
export function showValue(value: unknown): string {
  let text: string;
  switch (typeof value) {
    case "string":
      text = JSON.stringify(value);
      break;
    case "bigint":
      text = `${value}n`;
      break;
    case "number":
      text = Object.is(value, -0) ? "-0" : String(value);
      break;
    case "object":
      text = value === null ? "null" : showObject(value);
      break;
    case "function":
      text = "a function";
      break;
    default:
      text = String(value);
  }
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function showObject(value: object): string {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "an invalid Date" : value.toISOString();
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (ArrayBuffer.isView(value))
    return `${value.constructor.name}(${"length" in value ? value.length : value.byteLength})`;
  try {
    return JSON.stringify(value, plainer) ?? "an object";
  } catch {
    return "an object";
  }
}

/** What JSON has no word for. */
function plainer(_key: string, part: unknown): unknown {
  if (typeof part === "bigint") return `${part}n`;
  return typeof part === "number" && !Number.isFinite(part) ? String(part) : part;
}
