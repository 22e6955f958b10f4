"""The web process: looks at the database, parses no upload and never infers."""
