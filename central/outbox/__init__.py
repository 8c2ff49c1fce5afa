"""Events stored in the transaction that caused them, delivered at least once by a worker."""
