"""An invented district, the same on every machine, so that every page has something to show."""
