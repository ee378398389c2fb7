"""What looks unusual in the books, with reasons: for a person to look at, never a verdict."""
