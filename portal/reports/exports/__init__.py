"""What leaves the portal as a sheet: the daily form, the roster, shifts with sign-in, the gate register."""
