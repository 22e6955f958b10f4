"""From files to one canonical series: headers, pixels, admission, choice, closing."""
