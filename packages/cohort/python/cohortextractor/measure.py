"""Rates over the extracted files, declared beside the study."""

from .places import calling_place


class Measure:
    """Numerator over denominator, both column names, for each group."""

    POPULATION_COLUMN = "population"

    def __init__(
        self, id, denominator, numerator, group_by=None, small_number_suppression=False
    ):
        self.id = id
        self.denominator = denominator
        self.numerator = numerator
        self.group_by = _as_list(group_by)
        self.small_number_suppression = small_number_suppression
        self.place = calling_place()


def _as_list(group_by):
    if group_by is None:
        return []
    return list(group_by) if isinstance(group_by, (list, tuple)) else [group_by]
