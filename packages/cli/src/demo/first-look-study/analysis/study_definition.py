"""Who is registered on one day, and where."""
from cohortextractor import StudyDefinition, patients

study = StudyDefinition(
    index_date="2022-04-01",
    default_expectations={
        "date": {"earliest": "2019-01-01", "latest": "2022-04-01"},
        "incidence": 1,
    },
    population=patients.registered_as_of("index_date"),
    region=patients.registered_practice_as_of(
        "index_date",
        returning="nuts1_region_name",
        return_expectations={
            "category": {"ratios": {"London": 0.4, "East": 0.3, "South East": 0.3}}
        },
    ),
    sex=patients.sex(return_expectations={"category": {"ratios": {"F": 0.51, "M": 0.49}}}),
    age=patients.age_as_of(
        "index_date",
        return_expectations={"int": {"distribution": "population_ages"}},
    ),
)
