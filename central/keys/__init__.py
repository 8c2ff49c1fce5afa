"""The keys that central signs with: by purpose, encrypted on disk, limited by the signed key set."""
