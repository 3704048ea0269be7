"""What the sales handbook says of each family, worked out apart from any solution."""
