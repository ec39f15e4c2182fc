"""A catalogue to look at in a browser: the tables, and each query with its SQL, its plan and a form to run it.

Plain HTML, for this machine alone. Nothing is loaded from elsewhere, no script runs, commands are rolled back.
"""

from concordia_sql.tools.catalogue.server import Catalogue

__all__ = ["Catalogue"]
