"""The register on disk: a folder with one folder an incident, its log, frozen exposures, documents and what was sent."""
