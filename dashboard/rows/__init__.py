"""The rows of the inventory's lists, one module per noun: for each column, what stands in its cell.

They are built in Python and not by templates, which took three times as long: a page draws hundreds of cells.
"""
