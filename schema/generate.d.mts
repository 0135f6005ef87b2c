/** The text of src/store/validators.ts. */
export function generate(): string;
