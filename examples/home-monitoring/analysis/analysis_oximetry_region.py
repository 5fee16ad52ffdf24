from home_monitoring import weekly_totals_by_region

weekly_totals_by_region("oximetry", title="Oximetry at home")
