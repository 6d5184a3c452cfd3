"""Text files: encoding, layout, rows. Other kinds of files are neighbours of this folder."""
