"""Tools around the library: the command line, an embedded server, sample data, migrations."""
