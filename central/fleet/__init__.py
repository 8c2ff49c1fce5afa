"""The door units: who they are, what they hold, what they said, and what they are told."""
