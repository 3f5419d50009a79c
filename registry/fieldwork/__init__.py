"""Quality of the field's work: terms, comparison, serial numbers. Pure: no Django."""
