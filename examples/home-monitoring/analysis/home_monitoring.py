"""Weekly counts and rates of home monitoring, as tables and figures that are safe to look at.

Every count that is written is rounded to the nearest 5, and counts of 7 or fewer are left blank. A rate is computed
from rounded numbers only, so that the exact count cannot be found from it.
"""
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from labels import descriptions, file_name

OUTPUT = Path("output")
AGE_BANDS = {"18-39": (18, 39), "40-64": (40, 64), "65-79": (65, 79), "80+": (80, 120)}


def load_weeks(group):
    """All weekly extracts of a cohort as one table, with the week's first day as `index_date`."""
    weeks = []
    for path in sorted(OUTPUT.glob(f"input_{group}_*.csv")):
        (day,) = re.findall(r"\d{4}-\d{2}-\d{2}", path.name)
        week = pd.read_csv(path, dtype={"imd_quintile": str})
        weeks.append(week.assign(index_date=pd.to_datetime(day, format="%Y-%m-%d")))
    patients = pd.concat(weeks, ignore_index=True)
    bands = patients["age"].map(age_band)
    return patients.assign(age_band=bands)


def age_band(age):
    for band, (youngest, oldest) in AGE_BANDS.items():
        if youngest <= age <= oldest:
            return band
    return "under 18"


def safe(counts):
    """Counts fit to be seen: nearest 5, blank where 7 or fewer."""
    return (5 * (counts / 5).round()).where(counts > 7)


def weekly_totals(group, title):
    """One table and one figure: how often each code was recorded, week by week."""
    names = descriptions(group)
    counts = counts_by_week(load_weeks(group), names)
    counts.to_csv(OUTPUT / f"{group}_table_counts.csv", index_label="index_date")
    draw(counts.rename(columns=names), f"{title}: patients with a record, each week",
         "patients (nearest 5)", OUTPUT / f"{group}_plot_timeseries.png")


def weekly_totals_by_region(group, title):
    """The same for each region of England."""
    names = descriptions(group)
    for region, patients in load_weeks(group).groupby("region"):
        counts = counts_by_week(patients, names)
        counts.to_csv(OUTPUT / f"{group}_table_counts_{file_name(region)}.csv", index_label="index_date")
        draw(counts.rename(columns=names), f"{title}: {region}",
             "patients (nearest 5)", OUTPUT / f"{group}_plot_timeseries_region_{file_name(region)}.png")


def weekly_rates_by_characteristic(group, title):
    """For each code: rates by sex, age band and deprivation, a table and a figure each."""
    names = descriptions(group)
    patients = load_weeks(group)
    for code, name in names.items():
        for characteristic in ["sex", "age_band", "imd_quintile"]:
            rates = rates_by_week(patients, f"recorded_{code}", characteristic)
            stem = f"code_{code}_{characteristic}"
            rates.to_csv(OUTPUT / f"{group}_table_{stem}.csv", index=False)
            wide = rates.pivot(index="index_date", columns=characteristic, values="percentage")
            draw(wide, f"{title}: {name}", "% of the cohort", OUTPUT / f"{group}_plot_{stem}.png")


def counts_by_week(patients, names):
    columns = [f"recorded_{code}" for code in names]
    counts = safe(patients.groupby("index_date")[columns].sum())
    return counts.rename(columns=dict(zip(columns, names)))


def rates_by_week(patients, flag, characteristic):
    groups = patients.groupby(["index_date", characteristic])[flag]
    rates = pd.DataFrame({"count": safe(groups.sum()), "denominator": safe(groups.size())})
    rates["percentage"] = (100 * rates["count"] / rates["denominator"]).round(1)
    return rates.reset_index()


def draw(lines, title, label, path):
    figure, axes = plt.subplots(figsize=(9, 5))
    for name in lines.columns:
        axes.plot(lines.index, lines[name], label=str(name), linewidth=1.2)
    axes.set_title(title)
    axes.set_ylabel(label)
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.08), ncol=2, frameon=False)
    figure.savefig(path, bbox_inches="tight", dpi=110)
    plt.close(figure)
