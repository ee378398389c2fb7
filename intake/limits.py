"""How much of an untrusted file is taken, in one place."""

from __future__ import annotations

MEGABYTE = 1 << 20

READER_BYTES = 2048 * MEGABYTE  # of memory a reader's process may take; a picture of PIXELS takes 1.3 GB
READER_MEMORY = "2 GB"  # the same as it is told
FILE_BYTES = 64 * MEGABYTE  # one file; larger ones are not read
PIXELS = 100_000_000  # of a picture, checked in its header before anything is decoded
PAGES = 200  # of a PDF or OFD that are read; the rest is kept unread with a warning
PICTURE_PAGES = 30  # pages without text that are recognised in one file
CODED_PAGES = 10  # pages whose text tells nothing that are searched for a QR code
SPEAKING = 12  # a page with fewer characters of text than this is taken for a picture
ATTACHMENTS = 20  # embedded files of one document that are looked at

XML_BYTES = 16 * MEGABYTE
DOCUMENTS = 500  # in one XML file
XML_DEPTH = 64
XML_NODES = 400_000

RECOGNISING = 60.0  # CPU seconds spent on the pictures of one file; the pages beyond are kept unread with a warning

ZIP_ENTRIES = 2_000
ZIP_BYTES = 256 * MEGABYTE  # unpacked, all entries together
ZIP_RATIO = 200  # unpacked : packed, for entries above ZIP_SMALL
ZIP_SMALL = MEGABYTE
ZIP_NESTING = 1  # an archive inside an archive is opened, one inside that is refused
MAIL_NESTING = 3  # mails in a bundle that are opened, one inside another

NAME_LENGTH = 120  # characters of a file name that are kept
TEXT_LENGTH = 200_000  # characters of a document's text that are kept for search
WORDS = 6_000  # on one page
CHARACTERS = 40_000  # of one page that are looked at
FILE_WORDS = 40_000  # in one file; the pages beyond are kept unread with a warning
WORD_LENGTH = 400  # characters of one word or line that are looked at
LINES = 2_000  # rows of one goods table


def megabytes(size: int) -> str:
    """A size in bytes as it is told."""
    return f"{size / MEGABYTE:.1f} MB"
