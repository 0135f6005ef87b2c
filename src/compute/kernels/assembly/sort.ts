/** Sorting by digits. */
