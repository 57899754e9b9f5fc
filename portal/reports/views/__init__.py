"""Pages of the day's report."""
