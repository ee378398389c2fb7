"""The web desk: a page to talk with the archive, for those whose company has no chat, or who are away from it."""
