"""Numbers as every dialect must compute them: twelve digits before the point and six after.

A rule gives the same number in PostgreSQL, in another engine and in Python only if its
arithmetic is fixed: so each step is rounded to six decimals, half away from zero, and a result
of more than twelve digits before the point is an error. (Two such numbers multiply within the 38
digits that engines with fixed-width decimals have.)
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal

from core.rules.errors import OutOfRange

DIGITS = 12
PLACES = 6
PRECISION = DIGITS + PLACES

_STEP = Decimal(1).scaleb(-PLACES)
_LIMIT = Decimal(1).scaleb(DIGITS)
# Wide enough that a quotient of two such numbers, rounded here first, still rounds to the same
# six decimals: it cannot lie nearer to a half than 5e-25 without being one.
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def fit(number: Decimal) -> Decimal:
    """The number rounded to six decimals.

    Raises:
        OutOfRange: it has more than twelve digits before the point.
    """
    if not number.is_finite() or abs(number) > _LIMIT:
        raise OutOfRange(_TOO_LARGE)
    # Adding zero turns -0 into 0.
    rounded = _CONTEXT.add(number.quantize(_STEP, context=_CONTEXT), Decimal(0))
    if abs(rounded) >= _LIMIT:
        raise OutOfRange(_TOO_LARGE)
    return rounded


_TOO_LARGE = f"A number has more than {DIGITS} digits before the point."


def add(left: Decimal, right: Decimal) -> Decimal:
    return fit(_CONTEXT.add(left, right))


def subtract(left: Decimal, right: Decimal) -> Decimal:
    return fit(_CONTEXT.subtract(left, right))


def multiply(left: Decimal, right: Decimal) -> Decimal:
    return fit(_CONTEXT.multiply(left, right))


def divide(left: Decimal, right: Decimal) -> Decimal | None:
    """The quotient, or None where the divisor is zero."""
    return None if right == 0 else fit(_CONTEXT.divide(left, right))


def round_half_up(number: Decimal, places: int) -> Decimal:
    """Rounded to the nearest; at exactly half, away from zero (-2.5 gives -3)."""
    return fit(number.quantize(Decimal(1).scaleb(-places), context=_CONTEXT))


def floor(number: Decimal) -> Decimal:
    return fit(number.to_integral_value(rounding=ROUND_FLOOR))


def ceil(number: Decimal) -> Decimal:
    return fit(number.to_integral_value(rounding=ROUND_CEILING))
