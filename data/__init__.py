"""Documents: types, schema, reading, splitting, windows."""
