/** Changes of type, byte order, and checks before them. */
