import { type Sort, TypeGuess } from "../../group/type-guess.js";

/**
 * The guess at what a column of a frame becomes: numbers `i4` where danfo says `int32` and each is one; a column without
 * values by danfo's word for it, `f8` where it says nothing.
 *
 * @param word danfo's dtype of the column
 */
export function guessFor(name: string, word: string | undefined): TypeGuess {
  const text = JSON.stringify(name);
  return new TypeGuess(`column ${text}`, {
    integers: word === "int32",
    otherwise: sortBy(word),
    hint: `say what is meant, by dtypes: { ${text}: … }`,
  });
}

function sortBy(word: string | undefined): Sort {
  switch (word) {
    case "boolean":
    case "string":
      return word;
    case "datetime":
      return "date";
    default:
      return "number";
  }
}
