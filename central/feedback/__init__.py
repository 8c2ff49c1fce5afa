"""After the use of a hall: what is broken and what becomes of it, how it was, how it was left."""
