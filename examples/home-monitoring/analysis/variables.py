"""Variables that the three cohorts share."""
from cohortextractor import codelist, patients

from codelists import care_home_codes

DEFAULT_EXPECTATIONS = {
    "date": {"earliest": "2019-04-01", "latest": "2022-05-12"},
    "rate": "uniform",
    "incidence": 0.2,
}

REGIONS = {
    "North East": 0.1,
    "North West": 0.1,
    "Yorkshire and The Humber": 0.1,
    "East Midlands": 0.1,
    "West Midlands": 0.1,
    "East": 0.1,
    "London": 0.2,
    "South East": 0.1,
    "South West": 0.1,
}


def adults_ever_recorded(codes):
    """Registered adults with any of the codes since April 2019."""
    return patients.satisfying(
        """
        ever_monitored AND
        registered AND
        (age >= 18 AND age <= 110) AND
        (sex = "M" OR sex = "F")
        """,
        ever_monitored=patients.with_these_clinical_events(
            codes, on_or_after="2019-04-01"
        ),
        registered=patients.registered_as_of("index_date"),
    )


def recorded_this_week(codes):
    """One flag a code: was it recorded in the seven days that start on the index date?"""
    return {
        f"recorded_{code}": patients.with_these_clinical_events(
            codelist([code], system="snomed"),
            between=["index_date", "index_date + 6 days"],
            returning="binary_flag",
            # The dummy rows have the earlier codes of a list more often than the later ones.
            return_expectations={"incidence": round(0.5 / (1 + position), 2)},
        )
        for position, code in enumerate(codes)
    }


def patient_characteristics():
    return {
        "age": patients.age_as_of(
            "index_date",
            return_expectations={
                "rate": "universal",
                "int": {"distribution": "population_ages"},
            },
        ),
        "sex": patients.sex(
            return_expectations={
                "rate": "universal",
                "category": {"ratios": {"F": 0.51, "M": 0.49}},
            }
        ),
        "care_home": patients.with_these_clinical_events(
            care_home_codes,
            on_or_before="index_date",
            returning="binary_flag",
            return_expectations={"incidence": 0.05},
        ),
        "imd_quintile": patients.categorised_as(
            {
                "Unknown": "DEFAULT",
                "1 (most deprived)": "imd >= 1 AND imd < 32844*1/5",
                "2": "imd >= 32844*1/5 AND imd < 32844*2/5",
                "3": "imd >= 32844*2/5 AND imd < 32844*3/5",
                "4": "imd >= 32844*3/5 AND imd < 32844*4/5",
                "5 (least deprived)": "imd >= 32844*4/5",
            },
            imd=patients.address_as_of(
                "index_date",
                returning="index_of_multiple_deprivation",
                round_to_nearest=100,
            ),
            return_expectations={
                "rate": "universal",
                "category": {
                    "ratios": {
                        "Unknown": 0.02,
                        "1 (most deprived)": 0.2,
                        "2": 0.2,
                        "3": 0.2,
                        "4": 0.2,
                        "5 (least deprived)": 0.18,
                    }
                },
            },
        ),
        "region": patients.registered_practice_as_of(
            "index_date",
            returning="nuts1_region_name",
            return_expectations={
                "rate": "universal",
                "category": {"ratios": REGIONS},
            },
        ),
        "latest_covid_vaccination": patients.with_tpp_vaccination_record(
            target_disease_matches="SARS-2 CORONAVIRUS",
            on_or_before="index_date",
            find_last_match_in_period=True,
            returning="date",
            date_format="YYYY-MM-DD",
            return_expectations={
                "date": {"earliest": "2020-12-08", "latest": "2022-05-12"},
                "incidence": 0.8,
            },
        ),
    }
