"""The profile language: from text to tree, and back."""
