from home_monitoring import weekly_rates_by_characteristic

weekly_rates_by_characteristic("bp", title="Blood pressure at home")
