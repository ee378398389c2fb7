"""What each command of `guidang` does."""
