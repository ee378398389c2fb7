"""Stand-ins of the platforms, as strict as what they stand for."""
