"""Passes: what each grant allows, the signed credentials of it, and the lists of what changed since."""
