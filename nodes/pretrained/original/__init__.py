"""The layouts of single files, as the makers of the architectures wrote them: names, shapes, and what they mean."""
