"""Settings as one frozen value, and the legal tables as data with their source."""
