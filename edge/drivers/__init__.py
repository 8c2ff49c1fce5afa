"""Touches the world: camera, pins, disk, network and clock; decides nothing."""
