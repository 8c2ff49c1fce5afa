"""Pictures of halls, drawn by ourselves."""
