"""The commands of hallpass-provision: what people type, and what they read back."""
