"""Answers to questions about many results: tables, files, statistics.  Reads the view `cohort`; changes no result."""
