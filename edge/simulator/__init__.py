"""A door without hardware: the same program on simulated pins, with a page to look at."""
