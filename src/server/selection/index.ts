/**
 * Reading what is selected of a dataset, piece by piece.
 *
 * @module
 */
export { type ReadSelectionOptions, readSelection } from "./read-selection.js";
