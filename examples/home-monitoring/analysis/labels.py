"""Names for people and for files."""
import csv

FILES = {
    "oximetry": "codelists/home-oximetry.csv",
    "bp": "codelists/home-blood-pressure.csv",
    "proactive": "codelists/proactive-care.csv",
}


def descriptions(group):
    """Code to description for one group, in the order of its file."""
    with open(FILES[group], newline="", encoding="utf-8") as lines:
        return {row["code"]: row["description"] for row in csv.DictReader(lines)}


def file_name(text):
    return text.lower().replace(" ", "_")
