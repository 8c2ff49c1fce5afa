"""The staff's command line: root keys, certificates, signing keys and door units."""
