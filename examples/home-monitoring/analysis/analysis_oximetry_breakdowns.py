from home_monitoring import weekly_rates_by_characteristic

weekly_rates_by_characteristic("oximetry", title="Oximetry at home")
