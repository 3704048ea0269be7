"""Files that are read into the CRM: what their columns mean, which records their rows are, and what becomes of each."""
