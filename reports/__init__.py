"""Data → Page → bytes. Pure and sync; builders and renderers meet in page.py."""
