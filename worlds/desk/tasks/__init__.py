"""Families of tasks at the desk."""
