"""The codes that this study counts."""
from cohortextractor import codelist_from_csv

from labels import FILES

oximetry_codes = codelist_from_csv(FILES["oximetry"], system="snomed")
bp_codes = codelist_from_csv(FILES["bp"], system="snomed")
proactive_codes = codelist_from_csv(FILES["proactive"], system="snomed")
care_home_codes = codelist_from_csv("local_codelists/care-home.csv", system="snomed")
