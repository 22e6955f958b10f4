"""Labels -> measurements, SEG, SR, key image, statistics.  Builds objects, sends nothing."""
