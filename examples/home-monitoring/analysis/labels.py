"""Names for people and for files."""
import csv

FILES = {
    "oximetry": "local_codelists/home-oximetry.csv",
    "bp": "local_codelists/home-blood-pressure.csv",
    "proactive": "local_codelists/proactive-care.csv",
}


def descriptions(group):
    """Code to description for one group, in the order of its file."""
    with open(FILES[group], newline="", encoding="utf-8") as lines:
        return {row["code"]: row["description"] for row in csv.DictReader(lines)}


def file_name(text):
    return text.lower().replace(" ", "_")
