"""Analyses of the books as pages."""
