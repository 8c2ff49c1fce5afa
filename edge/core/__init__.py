"""Decides what the door does; reads no clock, pin, file or socket."""
