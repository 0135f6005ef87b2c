/** Records packed and taken apart. */
