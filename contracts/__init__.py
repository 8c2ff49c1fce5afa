"""What central and the door units must agree on: pure, no I/O.

A name belongs here only if both sides would misbehave if they disagreed about it.
"""
