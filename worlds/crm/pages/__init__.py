"""What people see of the CRM: Larkfield Relations, in which everybody who sells works."""
