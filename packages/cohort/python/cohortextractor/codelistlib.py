"""Lists of clinical codes."""

import csv

from .exceptions import (
    CodelistCategoryError,
    CodelistColumnError,
    CodelistEncodingError,
    CodelistSystemError,
    EmptyCodelistError,
    UncategorisedCodelistError,
)


class Codelist(list):
    """Codes of one coding system: texts, or pairs of a code and its category."""

    system = None
    has_categories = False


def codelist_from_csv(filename, system, column="code", category_column=None):
    """Reads the codes of one column, with the categories of another where asked for.

    Text is trimmed, rows without a code are skipped. A byte order mark, which spreadsheets write, is ignored.
    """
    try:
        codes = _read_codes(filename, column, category_column)
    except UnicodeDecodeError as error:
        byte = error.object[error.start]
        raise CodelistEncodingError(f"{filename} has the byte 0x{byte:02x}") from None
    if not codes:
        raise EmptyCodelistError(f"{filename} has no codes in its column '{column}'")
    try:
        return codelist(codes, system)
    except CodelistCategoryError as error:
        raise CodelistCategoryError(f"in {filename}, {error}") from None


def _read_codes(filename, column, category_column):
    codes = []
    with open(filename, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        for wanted in (column, category_column):
            if wanted is not None and wanted not in (rows.fieldnames or ()):
                columns = ", ".join(map(str, rows.fieldnames or ())) or "none"
                raise CodelistColumnError(
                    f"{filename} has no column '{wanted}'; its columns are: {columns}"
                )
        for row in rows:
            # A row that is shorter than the header has None in the columns it lacks.
            code = (row[column] or "").strip()
            if not code:
                continue
            if category_column:
                codes.append((code, (row[category_column] or "").strip()))
            else:
                codes.append(code)
    return codes


def codelist(codes, system, check_categories=True):
    """Makes a codelist of texts, or of (code, category) pairs. A plain text is taken letter by letter."""
    result = Codelist(codes)
    result.system = system
    if not result:
        raise EmptyCodelistError("the codelist is empty")
    if isinstance(result[0], tuple):
        result.has_categories = True
        for item in result:
            if not isinstance(item, tuple) or len(item) != 2:
                raise CodelistCategoryError(
                    f"the first code of the list has a category, but {item!r} is not a (code, category) pair"
                )
        if check_categories:
            _refuse_conflicts(result)
    return result


def filter_codes_by_category(codes, include):
    """Keeps the codes whose category is in `include`."""
    if not codes.has_categories:
        raise UncategorisedCodelistError("the codelist has no categories to filter by")
    kept = [(code, category) for code, category in codes if category in include]
    if not kept:
        raise CodelistCategoryError(f"no code of the codelist has a category of {include!r}")
    return codelist(kept, codes.system, check_categories=False)


def combine_codelists(first_codelist, *other_codelists):
    """Joins codelists of one system, each code once, in order of first appearance."""
    combined = {}
    for codes in (first_codelist, *other_codelists):
        if codes.system != first_codelist.system:
            raise CodelistSystemError(
                f"codelists of different systems cannot be combined: "
                f"'{first_codelist.system}' and '{codes.system}'"
            )
        if codes.has_categories != first_codelist.has_categories:
            raise CodelistCategoryError(
                "codelists with and without categories cannot be combined"
            )
        for item in codes:
            code = item[0] if codes.has_categories else item
            known = combined.setdefault(code, item)
            if known != item:
                raise CodelistCategoryError(
                    f"code '{code}' has category '{known[1]}' in one codelist and '{item[1]}' in another"
                )
    return codelist(combined.values(), first_codelist.system, check_categories=False)


def _refuse_conflicts(codes):
    categories = {}
    for code, category in codes:
        known = categories.setdefault(code, category)
        if known != category:
            raise CodelistCategoryError(
                f"code '{code}' is in two categories, '{known}' and '{category}'"
            )
