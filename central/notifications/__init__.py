"""Messages to renters: planned with their cause, sent when due, followed until they were read."""
