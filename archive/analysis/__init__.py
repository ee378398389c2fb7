"""What finished statements and vouchers tell beyond themselves: trends, rankings, ages, forecasts, budgets."""
