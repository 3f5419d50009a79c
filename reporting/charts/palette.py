"""Colours of charts: those of the style sheet (``assets/sass/_settings.scss``), which a test compares. Pure."""

INK = "#1a2326"
GREY_TEXT = "#4a565a"
LINE = "#b9c4c7"
WHITE = "#ffffff"
BAR = "#0b5c6f"
# From pale to deep in even steps of lightness, so that they stay apart in grey print and for every kind of sight.
STEPS = ("#dceaed", "#a8c7ce", "#72a3ae", "#3d7b89", "#17424d")
FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


def readable_on(step: str) -> str:
    """The text colour for a step."""
    return WHITE if step in STEPS[3:] else INK
