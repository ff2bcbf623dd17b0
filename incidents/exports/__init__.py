"""Projections of extraction results into the formats of other programs, one module a family."""
