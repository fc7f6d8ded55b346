"""This package decides how heavy the load of warnings is, and what other settings of a warning would have made of it."""
