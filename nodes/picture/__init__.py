"""Pictures from files, made ready for a model, and masks."""
