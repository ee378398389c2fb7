"""Stand-ins of the platforms' servers: they refuse what the platforms refuse."""
