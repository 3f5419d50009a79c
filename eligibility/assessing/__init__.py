"""From rules as data to one statement: variables, formula, criteria. Pure: no Django, no database."""
