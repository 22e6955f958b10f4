"""The DICOM door: C-STORE and C-ECHO in, plain durable files out, rows after them."""
