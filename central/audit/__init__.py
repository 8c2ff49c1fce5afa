"""Who changed what, when and why: one table that every feature writes to."""
