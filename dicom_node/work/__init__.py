"""Who does the work: the engine that hands it over, the workbench that does it, the clock that calls."""
