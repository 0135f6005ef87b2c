import type { Field } from "apache-arrow";
import type { DType } from "../../dtype/index.js";
import { DTypeError } from "../../errors.js";
import type { NewColumn } from "../new-table.js";
import { entryOf, type ImportOptions, type ImportType, importType } from "../options.js";
import { type CellReader, cellReader, cellType } from "./cells.js";
import { recordedDType, typeText } from "./fields.js";
import { arrow } from "./library.js";

/** A column that is to be made of a field. */
export interface ArrowColumn {
  readonly column: NewColumn;
  readonly label: string;
  readonly reader: CellReader;
}

/**
 * What a field becomes: what the options say, else the dtype that the field remembers, else what its type says.
 *
 * @throws DTypeError naming the column, its type and what would be right
 */
export function columnOf(field: Field, options: ImportOptions): ArrowColumn {
  const { name, type } = field;
  const label = `column ${JSON.stringify(name)}`;
  try {
    const recorded = recordedFor(field);
    const choose = (own: DType | "text" | undefined): ImportType => {
      if ((own ?? recorded ?? entryOf(options.dtypes, name)) === undefined) {
        throw new DTypeError(
          `${label} is ${type} in Arrow, which does not say a dtype; say one: dtypes: { ${JSON.stringify(name)}: … }`,
        );
      }
      return importType(options, name, recorded ?? own ?? "text");
    };
    const reader = cellReader(type, label, choose);
    const { element } = cellType(type);
    const zone = arrow.DataType.isTimestamp(element) ? element.timezone : undefined;
    const attr = zone === undefined || zone === null || zone === "" ? {} : { attr: { timezone: zone } };
    return { column: { name, type: reader.target, itemShape: reader.shape, ...attr }, label, reader };
  } catch (cause) {
    if (!(cause instanceof DTypeError) || cause.message.startsWith(label)) throw cause;
    throw new DTypeError(`${label}: ${cause.message}`, { cause });
  }
}

/** The dtype that a field remembers, if its type is still the one that the dtype had then. */
function recordedFor(field: Field): DType | undefined {
  const dtype = recordedDType(field);
  if (dtype === undefined) return undefined;
  const { shape } = cellType(field.type);
  const axes = dtype.kind === "c" ? shape.slice(0, -1) : shape;
  return typeText(dtype, axes) === plainText(String(field.type)) ? dtype : undefined;
}

/** A type as text, the kinds of text and the encoding by a dictionary not told apart. */
function plainText(type: string): string {
  return type.replace(/^Dictionary<\w+, (.*)>$/, "$1").replace(/LargeUtf8|Utf8View/g, "Utf8");
}
