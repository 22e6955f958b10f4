"""The subcommands of `l3node`, a file for each group; with `dicom_node.cli` the only readers of settings."""
