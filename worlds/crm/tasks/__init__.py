"""The CRM's families of tasks."""
