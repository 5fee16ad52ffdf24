from home_monitoring import weekly_rates_by_characteristic

weekly_rates_by_characteristic("proactive", title="Proactive care at home")
