from home_monitoring import weekly_totals

weekly_totals("bp", title="Blood pressure at home")
