"""Who may be offered a vaccine."""
from cohortextractor import StudyDefinition, patients

study = StudyDefinition(
    index_date="2020-12-07",
    default_expectations={
        "date": {"earliest": "1970-01-01", "latest": "today"},
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
)
