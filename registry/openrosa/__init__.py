"""The device door: what ODK Collect and KoboCollect ask for (OpenRosa 1.0)."""
