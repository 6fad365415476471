"""Keeps spreadsheets from running what somebody typed."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "|", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """With a mark before what a spreadsheet would run."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell


def unquoted(cell: str) -> str:
    """Takes the mark off again that our own files set."""
    cell = cell.strip()
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(FORMULA_STARTS) else cell
