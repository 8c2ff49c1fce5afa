"""A believable city to try everything in, on one computer."""
