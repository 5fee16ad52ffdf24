"""Vitrine's recorder of study definitions, under the name by which studies import it.

Nothing here reads patient records. The functions note what a study asked for; `python3 -m cohortextractor` writes those
notes as one JSON document, whose shape is `packages/cohort/src/record/document.ts`. Standard library only, Python 3.8
and later.
"""

from . import patients
from .codelistlib import (
    codelist,
    codelist_from_csv,
    combine_codelists,
    filter_codes_by_category,
)
from .measure import Measure
from .parameters import params
from .study_definition import StudyDefinition

__version__ = "0.1.0"

__all__ = [
    "Measure",
    "StudyDefinition",
    "codelist",
    "codelist_from_csv",
    "combine_codelists",
    "filter_codes_by_category",
    "params",
    "patients",
]
