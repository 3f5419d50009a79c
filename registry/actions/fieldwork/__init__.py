"""Acts about the quality of the field's work."""
