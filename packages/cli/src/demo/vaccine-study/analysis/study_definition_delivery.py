"""Who was offered a vaccine, and when it was given."""
from cohortextractor import StudyDefinition, codelist_from_csv, patients

# The list was never committed, so that the definition cannot be loaded.
covid_codes = codelist_from_csv("codelists/covid-identification.csv", system="icd10")

study = StudyDefinition(
    index_date="2020-12-07",
    default_expectations={
        "date": {"earliest": "2020-12-07", "latest": "today"},
        "rate": "uniform",
        "incidence": 0.6,
    },
    population=patients.registered_as_of("index_date"),
    age=patients.age_as_of(
        "index_date",
        return_expectations={
            "int": {"distribution": "population_ages"},
            "rate": "universal",
        },
    ),
    admitted=patients.admitted_to_hospital(
        with_these_diagnoses=covid_codes,
        on_or_after="index_date",
        returning="date_admitted",
    ),
)
