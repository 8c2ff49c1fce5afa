"""Outside systems: each module speaks one protocol and implements what a feature asks for."""
