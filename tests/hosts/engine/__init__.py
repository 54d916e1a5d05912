"""Tests of the only place that speaks Docker."""
