"""Everybody with a proactive care code since April 2019, described anew for each week."""
from cohortextractor import StudyDefinition

from codelists import proactive_codes
from variables import (
    DEFAULT_EXPECTATIONS,
    adults_ever_recorded,
    patient_characteristics,
    recorded_this_week,
)

study = StudyDefinition(
    # The command line moves this date from week to week (--index-date-range).
    index_date="2022-05-09",
    default_expectations=DEFAULT_EXPECTATIONS,
    population=adults_ever_recorded(proactive_codes),
    **recorded_this_week(proactive_codes),
    **patient_characteristics(),
)
