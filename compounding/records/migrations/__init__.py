"""The steps from an empty database to today's tables. A step that was released never changes."""
