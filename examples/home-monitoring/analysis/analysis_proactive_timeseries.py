from home_monitoring import weekly_totals

weekly_totals("proactive", title="Proactive care at home")
