"""What people ask of those who work at the shop, and of its customers: one family of tasks a file."""
