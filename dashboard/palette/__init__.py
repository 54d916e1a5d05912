"""The palette: objects, pages, saved views and operations by a few letters, the ones used last first."""
