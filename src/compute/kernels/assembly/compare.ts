/** Comparisons, masks and what is picked by them. */
