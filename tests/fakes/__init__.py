"""Stands in for what a real engine can't be made to do."""
