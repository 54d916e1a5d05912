"""Tests of the watcher: the real process, on real engines and made-up ones."""
