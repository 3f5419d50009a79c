"""The words by which a household whose address is protected is known wherever they stand."""

from datetime import UTC, datetime

AT = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
WHY = "They came together and told us."
ADDRESS, NEW_ADDRESS = "Behind the red windmill", "The cellar of the mission"
PHONE, ACCOUNT, OTHER_ACCOUNT = "58123456", "62001234567", "62007654321"
NUMBERS = ("0088051400001", "0088051400077", "0070010100009", PHONE, ACCOUNT, OTHER_ACCOUNT, "57998877")
FIELD, SCHOOL, NEAR_THE_MILL = "-29.523456 27.523456 1600 4", "-29.534567 27.534567 1600 4", "Near the red mill"
HOMESTEAD, SLEEPS = "The blue kraal of Ntate Zulu", "With the nuns on the hill"
HIDDEN = (
    ADDRESS, NEW_ADDRESS, "-29.512345", "27.512345", "29.52346", "29.53457", FIELD, SCHOOL, NEAR_THE_MILL, HOMESTEAD,
    SLEEPS,
)  # fmt: skip
