/** Groups by key, and joins. */
