"""Deals as they go on: stages and their laws, amounts, discounts, approvals, renewals."""
