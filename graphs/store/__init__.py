"""What outlives a run: results by the digest of their content, and which action gave which."""
