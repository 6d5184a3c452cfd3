"""One battery: its page, and the form that registers or changes it."""
