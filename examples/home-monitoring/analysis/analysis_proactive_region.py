from home_monitoring import weekly_totals_by_region

weekly_totals_by_region("proactive", title="Proactive care at home")
