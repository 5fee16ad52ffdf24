import os
import tempfile
import unittest

from cohortextractor import (
    codelist,
    codelist_from_csv,
    combine_codelists,
    filter_codes_by_category,
)


class CodelistTest(unittest.TestCase):
    def from_csv(self, content, **arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "codes.csv")
            with open(path, "wb") as file:
                file.write(content)
            return codelist_from_csv(path, "ctv3", **arguments)

    def test_reading(self):
        for content, arguments, codes in [
            (b"code\na\nb\n", {}, ["a", "b"]),
            (b"code,x\r\n a ,1\r\n,2\r\nb,3\r\n", {}, ["a", "b"]),
            (b"id,name\na,one\n", {"column": "id"}, ["a"]),
            (b"code,cat\na, x \nb,\n", {"category_column": "cat"}, [("a", "x"), ("b", "")]),
            (b"\xef\xbb\xbfcode\na\n", {}, ["a"]),
            (b"code\na\na\n", {}, ["a", "a"]),
            (b"x,code\n1\n2,b\n", {}, ["b"]),
        ]:
            with self.subTest(content):
                codes_read = self.from_csv(content, **arguments)
                self.assertEqual(list(codes_read), codes)
                self.assertEqual(codes_read.system, "ctv3")
                self.assertEqual(codes_read.has_categories, isinstance(codes[0], tuple))

    def test_files_that_cannot_be_used(self):
        for content, arguments, error, text in [
            (b"id,name\na,b\n", {}, KeyError, "no column 'code'; its columns are: id, name"),
            (b"code\na\n", {"category_column": "c"}, KeyError, "no column 'c'"),
            (b"code\n\n", {}, IndexError, "no codes in its column 'code'"),
            (b"", {}, KeyError, "its columns are: none"),
            (b"code,c\na,1\na,2\n", {"category_column": "c"}, ValueError, "^in .*codes.csv, code 'a' is in two"),
        ]:
            with self.subTest(content), self.assertRaisesRegex(error, text):
                self.from_csv(content, **arguments)

    def test_making(self):
        self.assertEqual(list(codelist("abc", "ctv3")), ["a", "b", "c"])
        self.assertTrue(codelist([("a", "x"), ("a", "x")], "ctv3").has_categories)
        for codes, error in [
            ([], IndexError),
            ([("a", "x"), ("a", "y")], ValueError),
            ([("a", "x"), "b"], ValueError),
        ]:
            with self.subTest(codes), self.assertRaises(error):
                codelist(codes, "ctv3")

    def test_combining(self):
        first = codelist(["b", "a"], "ctv3")
        self.assertEqual(list(combine_codelists(first, codelist(["c", "a"], "ctv3"))), ["b", "a", "c"])
        for other, text in [
            (codelist(["a"], "icd10"), "different systems"),
            (codelist([("a", "x")], "ctv3"), "with and without categories"),
        ]:
            with self.subTest(text), self.assertRaisesRegex(ValueError, text):
                combine_codelists(first, other)
        with self.assertRaisesRegex(ValueError, "'x' in one codelist and 'y'"):
            combine_codelists(codelist([("a", "x")], "s"), codelist([("a", "y")], "s"))

    def test_filtering(self):
        codes = codelist([("a", "x"), ("b", "y"), ("c", "x")], "ctv3")
        kept = filter_codes_by_category(codes, include=["x"])
        self.assertEqual(list(kept), [("a", "x"), ("c", "x")])
        self.assertTrue(kept.has_categories)
        with self.assertRaisesRegex(ValueError, "no code"):
            filter_codes_by_category(codes, include=["z"])
        with self.assertRaisesRegex(AssertionError, "no categories"):
            filter_codes_by_category(codelist(["a"], "ctv3"), include=["x"])


if __name__ == "__main__":
    unittest.main()
