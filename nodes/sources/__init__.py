"""The laws that noise may have where it is not standard normal."""
