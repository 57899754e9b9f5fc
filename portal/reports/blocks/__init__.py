"""The figures of the day's report, a module a block; portal/reports/figures.py puts them together."""
