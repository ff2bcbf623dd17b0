"""The HTTP endpoint and bulk extraction."""
