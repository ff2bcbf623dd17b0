"""From spans and relations to incident records."""
