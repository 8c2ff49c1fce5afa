"""Who has which hall when: orders, reservations, closures, and the one table that keeps them apart."""
