"""Scores from files of predictions, and reports."""
