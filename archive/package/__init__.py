"""移交包: a folder that keeps archives readable without us, laid out as DA/T 94-2022 App F draws it."""
