"""What the written rules say of each family's situations, decided from tables and policy; no solution calls these."""
