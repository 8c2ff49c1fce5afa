"""Everything central signs but passes: numbered by the database, signed, kept as raw bytes."""
