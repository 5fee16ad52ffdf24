"""Counts as they are, and the oldest patient of each region: what output checkers send back."""
import pandas

patients = pandas.read_csv("output/input.csv")
patients["over_100"] = patients["age"] >= 100
regions = patients.groupby(["region", "sex"]).agg(
    patients=("patient_id", "count"),
    over_100=("over_100", "sum"),
    maximum_age=("age", "max"),
)
regions.reset_index().to_csv("output/population_by_region.csv", index=False)
