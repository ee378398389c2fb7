"""How many pages a file has, for whoever draws them one after the other."""

from __future__ import annotations

from intake.sniff import sniff


def leaves(data: bytes) -> int:
    """Pages of a PDF or OFD; 1 for pictures and XML. Raises ReadProblems for files that can't be opened at all."""
    carrier = sniff(data)
    if carrier == "pdf":
        from intake.pdfium import open_pdf

        pdf = open_pdf(data, "")
        try:
            return len(pdf)
        finally:
            pdf.close()
    if carrier == "ofd":
        from intake.package import Package

        package = Package(data, "")
        return sum(len(list(package.pages(path, root))) for path, root in package.documents())
    return 1
