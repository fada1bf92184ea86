"""Model → model: pulling the prediction toward what is wanted."""
