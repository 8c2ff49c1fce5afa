"""The door unit's program: reads a pass, decides, writes it down, opens the door."""
