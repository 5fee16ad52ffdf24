"""As broad as the weekly cohort of the first public study: 21 columns, 18 of them from tables, three dates that hang on one another."""
from cohortextractor import StudyDefinition, codelist, codelist_from_csv, patients

BLOOD_PRESSURE = ["413606001", "314446007", "413605002", "314461008"]
RISK = codelist(["1300561000000107"], system="snomed")
CARE_HOME = codelist(["160734000", "394923006"], system="snomed")
ETHNICITY = codelist_from_csv(
    "codelists/ethnicity.csv", system="snomed", column="code", category_column="group"
)
QUINTILES = {
    str(fifth): f"imd >= 32844*{fifth - 1}/5 AND imd < 32844*{fifth}/5"
    for fifth in range(2, 5)
}
GROUPS = {"1": "White", "2": "Mixed", "3": "South Asian", "4": "Black", "5": "Other"}


def ever_until_then(codes):
    return patients.with_these_clinical_events(
        codes, on_or_before="index_date", returning="binary_flag"
    )


def vaccinated(**bounds):
    return patients.with_tpp_vaccination_record(
        target_disease_matches="SARS-2 CORONAVIRUS",
        find_first_match_in_period=True,
        returning="date",
        date_format="YYYY-MM-DD",
        **bounds,
    )


study = StudyDefinition(
    index_date="2021-01-01",
    default_expectations={
        "date": {"earliest": "2019-04-01", "latest": "2022-05-12"},
        "rate": "uniform",
        "incidence": 0.2,
    },
    population=patients.satisfying(
        'measured_at_home AND age > 0 AND age <= 110 AND region != ""',
        measured_at_home=patients.with_these_clinical_events(
            codelist(BLOOD_PRESSURE, system="snomed"), on_or_after="2019-04-01"
        ),
    ),
    sex=patients.sex(),
    age=patients.age_as_of("index_date"),
    **{
        f"recorded_{code}": patients.with_these_clinical_events(
            codelist([code], system="snomed"),
            between=["index_date", "index_date + 7 days"],
            returning="binary_flag",
        )
        for code in BLOOD_PRESSURE
    },
    at_risk=ever_until_then(RISK),
    care_home=ever_until_then(CARE_HOME),
    imd_quintile=patients.categorised_as(
        {
            "0": "DEFAULT",
            "1": "imd >= 1 AND imd < 32844*1/5",
            **QUINTILES,
            "5": "imd >= 32844*4/5",
        },
        imd=patients.address_as_of(
            "index_date",
            returning="index_of_multiple_deprivation",
            round_to_nearest=100,
        ),
    ),
    rural_urban=patients.address_as_of(
        "index_date", returning="rural_urban_classification"
    ),
    region=patients.registered_practice_as_of(
        "2020-02-01", returning="nuts1_region_name"
    ),
    first_dose=vaccinated(on_or_before="index_date"),
    second_dose=vaccinated(between=["first_dose + 15 days", "index_date"]),
    third_dose=vaccinated(between=["second_dose + 15 days", "index_date"]),
    tested_positive=patients.with_test_result_in_sgss(
        pathogen="SARS-CoV-2",
        test_result="positive",
        between=["index_date", "index_date + 7 days"],
        restrict_to_earliest_specimen_date=False,
        returning="binary_flag",
    ),
    ethnicity=patients.categorised_as(
        {
            "Missing": "DEFAULT",
            **{
                label: f"recorded = '{group}' OR (NOT recorded AND from_hospital = '{group}')"
                for group, label in GROUPS.items()
            },
        },
        recorded=patients.with_these_clinical_events(
            ETHNICITY,
            returning="category",
            find_last_match_in_period=True,
            on_or_before="index_date",
        ),
        from_hospital=patients.with_ethnicity_from_sus(
            returning="group_6", use_most_frequent_code=True
        ),
    ),
)
