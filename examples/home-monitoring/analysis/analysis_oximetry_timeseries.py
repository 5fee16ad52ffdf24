from home_monitoring import weekly_totals

weekly_totals("oximetry", title="Oximetry at home")
