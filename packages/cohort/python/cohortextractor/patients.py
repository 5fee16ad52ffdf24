"""What a study can ask of the records.

Every function only notes that it was called, with which arguments and where (see `calls`). Names, order and defaults of
the arguments are those that studies rely on; what they mean and which values they take is checked when the definition is
lowered, where every fault can be told at once.
"""

from .calls import did_you_mean, recorded


# Demographics and registration

@recorded
def all():
    """Everybody in the database."""
    return locals()


@recorded
def random_sample(percent=None, return_expectations=None):
    """A random share of the patients."""
    return locals()


@recorded
def sex(return_expectations=None):
    """M, F, I or U."""
    return locals()


@recorded
def age_as_of(reference_date, return_expectations=None):
    """Completed years of age on a date."""
    return locals()


@recorded
def date_of_birth(date_format=None, return_expectations=None):
    """Month or year of birth."""
    return locals()


@recorded
def registered_as_of(reference_date, return_expectations=None):
    """Whether registered with a practice on a date."""
    return locals()


@recorded
def registered_with_one_practice_between(start_date, end_date, return_expectations=None):
    """Whether registered with one and the same practice for a whole period."""
    return locals()


@recorded
def with_complete_history_between(start_date, end_date, return_expectations=None):
    """Known to the language, but never available; lowering says so."""
    return locals()


@recorded
def with_complete_gp_consultation_history_between(start_date, end_date, return_expectations=None):
    """As registered_with_one_practice_between, at a practice whose consultations are complete."""
    return locals()


@recorded
def registered_practice_as_of(date, returning=None, return_expectations=None):
    """A property of the practice on a date."""
    return locals()


@recorded
def address_as_of(date, returning=None, round_to_nearest=None, return_expectations=None):
    """A property of the address on a date."""
    return locals()


@recorded
def care_home_status_as_of(date, categorised_as=None, return_expectations=None):
    """Whether, or in which kind of care home, on a date."""
    return locals()


@recorded
def household_as_of(reference_date, returning=None, return_expectations=None):
    """A property of the household on the one date for which households are known."""
    return locals()


@recorded
def date_deregistered_from_all_supported_practices(
    on_or_before=None,
    on_or_after=None,
    between=None,
    date_format=None,
    return_expectations=None,
):
    """When the patient left the practices of this database."""
    return locals()


# Clinical events and measurements

@recorded
def with_these_clinical_events(
    codelist,
    return_expectations=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    returning="binary_flag",
    include_date_of_match=False,
    date_format=None,
    ignore_missing_values=False,
    ignore_days_where_these_codes_occur=None,
    episode_defined_as=None,
    return_binary_flag=None,
    return_number_of_matches_in_period=False,
    return_first_date_in_period=False,
    return_last_date_in_period=False,
    include_month=False,
    include_day=False,
):
    """Coded events in the primary care record."""
    return locals()


@recorded
def with_these_medications(
    codelist,
    return_expectations=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    returning="binary_flag",
    include_date_of_match=False,
    date_format=None,
    ignore_days_where_these_clinical_codes_occur=None,
    episode_defined_as=None,
    return_binary_flag=None,
    return_number_of_matches_in_period=False,
    return_first_date_in_period=False,
    return_last_date_in_period=False,
    include_month=False,
    include_day=False,
):
    """Prescriptions."""
    return locals()


@recorded
def mean_recorded_value(
    codelist,
    on_most_recent_day_of_measurement=None,
    return_expectations=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    include_measurement_date=False,
    date_format=None,
    include_month=False,
    include_day=False,
):
    """Mean of the recorded values of a code."""
    return locals()


@recorded
def min_recorded_value(
    codelist,
    on_most_recent_day_of_measurement=None,
    return_expectations=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    include_measurement_date=False,
    date_format=None,
):
    """Smallest of the recorded values of a code."""
    return locals()


@recorded
def max_recorded_value(
    codelist,
    on_most_recent_day_of_measurement=None,
    return_expectations=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    include_measurement_date=False,
    date_format=None,
):
    """Largest of the recorded values of a code."""
    return locals()


@recorded
def most_recent_bmi(
    on_or_before=None,
    on_or_after=None,
    between=None,
    minimum_age_at_measurement=16,
    return_expectations=None,
    include_measurement_date=False,
    date_format=None,
    include_month=False,
    include_day=False,
):
    """Latest body mass index."""
    return locals()


@recorded
def comparator_from(source, return_expectations=None):
    """The comparator (such as '<') of another column's value."""
    return locals()


@recorded
def reference_range_lower_bound_from(source, return_expectations=None):
    """Lower end of the reference range of another column's value."""
    return locals()


@recorded
def reference_range_upper_bound_from(source, return_expectations=None):
    """Upper end of the reference range of another column's value."""
    return locals()


@recorded
def with_these_decision_support_values(
    algorithm,
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    returning="numeric_value",
    include_date_of_match=False,
    date_format=None,
    ignore_missing_values=False,
    return_expectations=None,
):
    """Results of an algorithm of the record system, such as the electronic frailty index."""
    return locals()


@recorded
def with_gp_consultations(
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    returning="binary_flag",
    date_format=None,
    return_expectations=None,
):
    """Consultations in general practice."""
    return locals()


@recorded
def with_vaccination_record(
    tpp,
    emis,
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    return_expectations=None,
):
    """Vaccinations, described separately for the two record systems."""
    return locals()


@recorded
def with_tpp_vaccination_record(
    target_disease_matches=None,
    product_name_matches=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    return_expectations=None,
):
    """Vaccinations by target disease or product."""
    return locals()


# Tests, hospitals, deaths, registries

@recorded
def with_test_result_in_sgss(
    pathogen=None,
    test_result="any",
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    restrict_to_earliest_specimen_date=True,
    returning="binary_flag",
    date_format=None,
    return_expectations=None,
):
    """Tests reported to the national laboratory surveillance."""
    return locals()


@recorded
def attended_emergency_care(
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    date_format=None,
    with_these_diagnoses=None,
    discharged_to=None,
    return_expectations=None,
):
    """Attendances at emergency departments."""
    return locals()


@recorded
def admitted_to_hospital(
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    date_format=None,
    with_these_diagnoses=None,
    with_these_primary_diagnoses=None,
    with_these_procedures=None,
    with_admission_method=None,
    with_source_of_admission=None,
    with_discharge_destination=None,
    with_patient_classification=None,
    with_admission_treatment_function_code=None,
    with_administrative_category=None,
    with_at_least_one_day_in_critical_care=False,
    return_expectations=None,
):
    """Hospital admissions."""
    return locals()


@recorded
def outpatient_appointment_date(
    returning="binary_flag",
    attended=None,
    is_first_attendance=None,
    with_these_treatment_function_codes=None,
    with_these_procedures=None,
    on_or_after=None,
    between=None,
    date_format="YYYY-MM-DD",
    find_first_match_in_period=None,
    return_expectations=None,
):
    """Outpatient appointments."""
    return locals()


@recorded
def admitted_to_icu(
    on_or_after=None,
    on_or_before=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    returning="binary_flag",
    date_format=None,
    return_expectations=None,
    include_month=False,
    include_day=False,
):
    """Admissions to intensive care."""
    return locals()


@recorded
def with_these_codes_on_death_certificate(
    codelist,
    on_or_before=None,
    on_or_after=None,
    between=None,
    match_only_underlying_cause=False,
    returning="binary_flag",
    date_format=None,
    include_month=False,
    include_day=False,
    return_expectations=None,
):
    """Deaths with a cause among these codes."""
    return locals()


@recorded
def died_from_any_cause(
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    include_month=False,
    include_day=False,
    return_expectations=None,
):
    """Registered deaths."""
    return locals()


@recorded
def with_death_recorded_in_cpns(
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    include_month=False,
    include_day=False,
    return_expectations=None,
):
    """Deaths notified by hospitals during the pandemic."""
    return locals()


@recorded
def with_death_recorded_in_primary_care(
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    return_expectations=None,
):
    """Deaths in the primary care record."""
    return locals()


@recorded
def with_high_cost_drugs(
    drug_name_matches=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    return_expectations=None,
):
    """Drugs that hospitals are paid for one by one."""
    return locals()


@recorded
def with_ethnicity_from_sus(returning=None, use_most_frequent_code=None, return_expectations=None):
    """Ethnicity as hospitals recorded it."""
    return locals()


@recorded
def with_healthcare_worker_flag_on_covid_vaccine_record(
    returning="binary_flag",
    return_expectations=None,
):
    """Whether marked as a healthcare worker when vaccinated."""
    return locals()


@recorded
def with_covid_therapeutics(
    with_these_statuses=None,
    with_these_therapeutics=None,
    with_these_indications=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    returning="binary_flag",
    date_format=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    include_date_of_match=False,
    episode_defined_as=None,
    return_expectations=None,
):
    """Antivirals and antibodies given outside and inside hospital."""
    return locals()


@recorded
def with_an_isaric_record(
    returning,
    between=None,
    date_filter_column=None,
    date_format="YYYY-MM-DD",
    return_expectations=None,
):
    """A field of the clinical characterisation protocol."""
    return locals()


@recorded
def with_record_in_ukrr(
    from_dataset=None,
    returning=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    date_format=None,
    return_expectations=None,
):
    """The renal registry."""
    return locals()


# Combinations of other columns

@recorded
def categorised_as(category_definitions, return_expectations=None, **extra_columns):
    """The first category whose expression holds."""
    return locals()


@recorded
def satisfying(expression, return_expectations=None, **extra_columns):
    """Whether an expression holds."""
    return locals()


@recorded
def maximum_of(*column_names, **extra_columns):
    """Largest or latest of several columns, empty values ignored."""
    return locals()


@recorded
def minimum_of(*column_names, **extra_columns):
    """Smallest or earliest of several columns, empty values ignored."""
    return locals()


@recorded
def date_of(
    source,
    date_format=None,
    include_month=False,
    include_day=False,
    return_expectations=None,
):
    """The date that belongs to another column's value."""
    return locals()


@recorded
def fixed_value(value):
    """The same value for everybody."""
    return locals()


# Files of the study

@recorded
def with_value_from_file(f_path, returning, returning_type, date_format="YYYY-MM-DD"):
    """A column of a file of the study."""
    return locals()


@recorded
def which_exist_in_file(f_path):
    """Whether the patient is in a file of the study."""
    return locals()


# Functions that are gone. Older studies still call them; lowering explains what to write instead.

@recorded
def with_positive_covid_test(return_expectations=None):
    """Gone since May 2020; with_test_result_in_sgss followed it."""
    return locals()


@recorded
def have_died_of_covid(return_expectations=None):
    """Gone since May 2020; with_these_codes_on_death_certificate followed it."""
    return locals()


@recorded
def ethnicity_from_sus(*, setting, on_conflict):
    """Gone since early 2021; with_ethnicity_from_sus followed it."""
    return locals()


@recorded
def with_record_in_UKRR(
    from_dataset,
    returning,
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    include_date_of_match=False,
    date_format=None,
    return_expectations=None,
):
    """Gone since April 2022; with_record_in_ukrr followed it."""
    return locals()


@recorded
def with_an_ons_cis_record(
    returning,
    return_category_labels=True,
    date_filter_column=None,
    on_or_before=None,
    on_or_after=None,
    between=None,
    find_first_match_in_period=None,
    find_last_match_in_period=None,
    include_date_of_match=False,
    date_format=None,
    return_expectations=None,
):
    """The infection survey, gone since July 2023."""
    return locals()


def __getattr__(name):
    known = [function for function, value in globals().items() if hasattr(value, "__wrapped__")]
    raise AttributeError(f"patients has no function '{name}'{did_you_mean(name, known)}")
