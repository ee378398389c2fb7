"""Readers fed with damaged files: what they promise, what damages files, and who hunts for the ones that break it."""

#: What can be fed: the file readers all go through the one door, which chooses by content.
READERS = ("xml", "xbrl", "ofd", "pdf", "image", "sheet", "bundle", "judge", "code", "text")
