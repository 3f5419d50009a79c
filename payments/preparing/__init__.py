"""Preparing a payroll: what is owed, priced by the rule of its period, and the lines that attempt to pay it."""
