"""The kinds of job that this package has, by name."""

PREPARE = "payments.prepare"
RELEASE = "payments.release"
