"""Services on the library, one for each framework."""
