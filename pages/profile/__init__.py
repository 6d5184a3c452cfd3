"""One profile: its page, and the editor."""
