"""What each format says of where a file of its kind ends. Pure; one walker for a format."""
