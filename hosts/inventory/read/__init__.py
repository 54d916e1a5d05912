"""Reading the inventory: lists that are filtered, sorted, counted and paged in SQL, and objects found by id or name."""
