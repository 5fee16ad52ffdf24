"""Everybody with a pulse oximetry code since April 2019, described anew for each week."""
from cohortextractor import StudyDefinition, patients

from codelists import oximetry_codes
from variables import DEFAULT_EXPECTATIONS, patient_characteristics, recorded_this_week

study = StudyDefinition(
    # The command line moves this date from week to week (--index-date-range).
    index_date="2022-05-09",
    default_expectations=DEFAULT_EXPECTATIONS,
    population=patients.satisfying(
        """
        ever_monitored AND
        registered AND
        (age >= 18 AND age <= 110) AND
        (sex = "M" OR sex = "F")
        """,
        ever_monitored=patients.with_these_clinical_events(
            oximetry_codes, on_or_after="2019-04-01"
        ),
        registered=patients.registered_as_of("index_date"),
    ),
    **recorded_this_week(oximetry_codes),
    **patient_characteristics(),
)
