"""The service: doors, clock, wiring."""
