"""From documents to a checkpoint."""
