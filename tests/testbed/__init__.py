"""Starts real engines, registries, SSH servers and Redis on this machine, and stops exactly what it started."""
