"""The CRM's operations, one module a noun."""
