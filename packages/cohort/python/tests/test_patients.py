import copy
import unittest

from cohortextractor import StudyDefinition, codelist, patients
from cohortextractor.calls import Call

REMOVED = {
    "ethnicity_from_sus",
    "have_died_of_covid",
    "with_an_ons_cis_record",
    "with_positive_covid_test",
    "with_record_in_UKRR",
}

# Positional order is part of the language: (function, first parameters).
POSITIONS = [
    ("age_as_of", "reference_date return_expectations"),
    ("with_these_clinical_events", "codelist return_expectations on_or_before on_or_after between"),
    ("with_these_medications", "codelist return_expectations on_or_before on_or_after between"),
    ("admitted_to_icu", "on_or_after on_or_before between find_first_match_in_period"),
    ("outpatient_appointment_date", "returning attended is_first_attendance"),
    ("with_test_result_in_sgss", "pathogen test_result on_or_before on_or_after between"),
    ("with_vaccination_record", "tpp emis on_or_before on_or_after"),
    ("with_value_from_file", "f_path returning returning_type date_format"),
    ("most_recent_bmi", "on_or_before on_or_after between minimum_age_at_measurement"),
    ("categorised_as", "category_definitions return_expectations"),
]

# Defaults that are not None, False or "binary_flag".
DEFAULTS = [
    ("most_recent_bmi", {}, "minimum_age_at_measurement", 16),
    ("with_test_result_in_sgss", {}, "restrict_to_earliest_specimen_date", True),
    ("with_test_result_in_sgss", {}, "test_result", "any"),
    ("outpatient_appointment_date", {}, "date_format", "YYYY-MM-DD"),
    ("with_these_decision_support_values", {"algorithm": "x"}, "returning", "numeric_value"),
    ("with_an_isaric_record", {"returning": "x"}, "date_format", "YYYY-MM-DD"),
]


def functions():
    return {name for name, value in vars(patients).items() if hasattr(value, "__wrapped__")}


class PatientsTest(unittest.TestCase):
    def test_has_every_function_of_the_language(self):
        self.assertEqual(len(functions() - REMOVED), 50)
        self.assertTrue(REMOVED <= functions())

    def test_keeps_the_positional_order(self):
        for name, parameters in POSITIONS:
            names = parameters.split()
            with self.subTest(name):
                call = getattr(patients, name)(*range(len(names)))
                self.assertEqual([call[1][parameter] for parameter in names], [*range(len(names))])

    def test_keeps_the_defaults(self):
        for name, arguments, parameter, value in DEFAULTS:
            with self.subTest(name=name, parameter=parameter):
                self.assertEqual(getattr(patients, name)(**arguments)[1][parameter], value)

    def test_a_call_is_a_pair_that_can_be_taken_apart_and_copied(self):
        call = patients.age_as_of("index_date")
        name, arguments = call
        self.assertEqual(name, "age_as_of")
        self.assertEqual(arguments, {"reference_date": "index_date", "return_expectations": None})
        copied = copy.deepcopy(call)
        self.assertIsInstance(copied, Call)
        self.assertEqual(copied.given, {"reference_date"})

    def test_records_only_what_was_given(self):
        call = patients.with_these_clinical_events(codelist(["a"], "ctv3"), returning="date")
        self.assertEqual(call.given, {"codelist", "returning"})

    def test_refuses_arguments_that_a_function_does_not_have(self):
        with self.assertRaisesRegex(TypeError, "'on_or_befor'. Did you mean 'on_or_before'"):
            patients.most_recent_bmi(on_or_befor="2020-01-01")
        with self.assertRaisesRegex(TypeError, "missing 1 required"):
            patients.age_as_of()
        with self.assertRaisesRegex(AttributeError, "Did you mean 'most_recent_bmi'"):
            patients.most_recent_bmy()


class EncodingTest(unittest.TestCase):
    def encode(self, value):
        study = StudyDefinition(population=patients.fixed_value(value))
        definition, self.codelists = study.recording
        return definition["population"]["call"]["arguments"]["value"]

    def test_values(self):
        class Scalar:
            dtype = "int64"

            def tolist(self):
                return [1, 2.5]

        for value, encoded in [
            (None, None),
            (True, True),
            (1, 1),
            (2**53, {"integer": "9007199254740992"}),
            (1.0, {"float": 1.0}),
            (float("nan"), {"float": "nan"}),
            (float("-inf"), {"float": "-inf"}),
            ("a", "a"),
            (["a", 1], ["a", 1]),
            (("a",), {"tuple": ["a"]}),
            ({1: "a", "DEFAULT": 0.5}, {"dict": [[1, "a"], ["DEFAULT", {"float": 0.5}]]}),
            ({"a"}, {"unsupported": "set"}),
            (len, {"unsupported": "builtin_function_or_method"}),
            (1j, {"unsupported": "complex"}),
            (Scalar(), [1, {"float": 2.5}]),
        ]:
            with self.subTest(repr(value)):
                self.assertEqual(self.encode(value), encoded)

    def test_codelists_are_written_once(self):
        codes = codelist([("a", "x"), ("b", "y")], "ctv3")
        self.assertEqual(self.encode([codes, codes]), [{"codelist": 0}, {"codelist": 0}])
        self.assertEqual(
            self.codelists, [{"system": "ctv3", "codes": ["a", "b"], "categories": ["x", "y"]}]
        )

    def test_a_pair_made_by_hand_is_a_call(self):
        name, arguments = patients.sex()
        study = StudyDefinition(population=patients.all(), x=(name, {**arguments}))
        definition, _ = study.recording
        self.assertEqual(definition["columns"][0][1]["call"]["function"], "sex")

    def test_an_argument_changed_after_the_call_is_recorded(self):
        call = patients.age_as_of("index_date")
        call[1]["return_expectations"] = {"incidence": 1}
        definition, _ = StudyDefinition(population=patients.all(), age=call).recording
        self.assertEqual(
            definition["columns"][0][1]["call"]["arguments"]["return_expectations"],
            {"dict": [["incidence", 1]]},
        )


if __name__ == "__main__":
    unittest.main()
